import type { Session } from "../session/session";
import { transact } from "../session/transaction";

/** Runs a part of an operation in a savepoint, and undoes what it has written where its result is not worth that. @internal */
export async function inSavepoint<Result>(
  session: Session,
  work: (session: Session) => Promise<Result>,
  keeps: (result: Result) => boolean,
): Promise<Result> {
  try {
    return await transact(session.manager, async (inner) => {
      const result = await work(inner);
      if (!keeps(result)) throw new Undone(result);
      return result;
    });
  } catch (error) {
    if (error instanceof Undone) return error.result as Result;
    throw error;
  }
}

/** Ends a savepoint. Nobody is told of it. */
class Undone extends Error {
  constructor(readonly result: unknown) {
    super("undone");
  }
}
