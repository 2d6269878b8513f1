import { QueryFailedError, type DataSource, type EntityManager } from "typeorm";

import { SoftDeleteCriteriaError } from "../errors";
import type { Session } from "../session/session";
import { autocommit, transact } from "../session/transaction";
import { dialectOf } from "../sql";
import type { Asked, NamedRows } from "./named-rows";

/**
 * Runs an operation whose statements hold the conditions of a call. What the database finds wrong with a value or an operator
 * that nobody could judge beforehand is told as of the criteria.
 *
 * @throws SoftDeleteCriteriaError for such a value or operator.
 * @internal
 */
export async function judged<Result>(
  { dataSource }: EntityManager,
  { asked }: Pick<NamedRows, "asked">,
  operation: () => Promise<Result>,
): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw refusalOf(dataSource, asked, error) ?? error;
  }
}

/** What an error says of the criteria of a call; undefined where it has another reason. @internal */
export function refusalOf(
  dataSource: DataSource,
  asked: Asked | undefined,
  error: unknown,
): SoftDeleteCriteriaError | undefined {
  if (!asked || !dialectOf(dataSource).isIncomparable(error)) return undefined;
  // A subscriber's own statement may have failed like this as well.
  const isTheirs = asked.conditions.some((condition) =>
    shapeOf(error).includes(shape(condition.render(dataSource)[0])),
  );
  if (!isTheirs) return undefined;
  return SoftDeleteCriteriaError.incomparable(asked.method, [...asked.unchecked], error);
}

/** Reads by the conditions of a call: where the database may refuse them so that a caller's transaction survives it. @internal */
export function readBy<Result>(
  manager: EntityManager,
  { asked }: Pick<NamedRows, "asked">,
  operation: (session: Session) => Promise<Result>,
): Promise<Result> {
  return asked ? transact(manager, operation) : autocommit(manager, operation);
}

function shapeOf(error: unknown): string {
  return error instanceof QueryFailedError ? shape(error.query) : "";
}

/** A statement without the numbers of its parameters, which depend on what stands before them. */
function shape(text: string): string {
  return text.replaceAll(/\$\d+/g, "?");
}
