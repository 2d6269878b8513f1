import { QueryFailedError } from "typeorm";

import type { Outcome } from "./calls";
import type { Fault } from "./injector";
import type { Call, Context, Operation } from "./operations";
import type { comparable } from "./world";

export type State = ReturnType<typeof comparable>;

/** How an operation goes when nothing fails. */
export interface Course {
  readonly call: Call;
  /** The seed by which its rows were picked. */
  readonly seed: number;
  readonly before: State;
  readonly after: State;
  readonly refused: boolean;
  readonly statements: readonly string[];
}

export function same(one: State, other: State): boolean {
  return one.rows === other.rows && one.log === other.log;
}

/** What the outcome tells and the rows do not. */
export function judge(
  operation: Operation,
  context: Context,
  usual: Course,
  { kind }: Fault,
  { error, committed, result }: Outcome,
  now: State,
): string | undefined {
  const isBefore = same(now, usual.before);
  const isAfter = same(now, usual.after);
  const resolved = (error === undefined) !== usual.refused;
  if (context === "transaction") {
    // An error of the database tells the caller that his transaction is over; a refusal does not.
    if (committed && !now.note && !(error instanceof QueryFailedError)) {
      return "the caller's transaction was lost, and his COMMIT resolved";
    }
    if (!committed && now.note && kind !== "killed-after")
      return "committed, and told as rolled back";
  }
  if (operation.batches) {
    const whole = error === undefined && (context === "autocommit" || committed);
    // In other batches, the log tells of others.
    if (whole && now.rows !== usual.after.rows && !tellsFailures(result))
      return "resolved, and not done";
    return context === "transaction" && !now.note && !isBefore ? "half done" : undefined;
  }
  if (!isBefore && !isAfter) return "half done";
  const done = context === "autocommit" ? resolved : resolved && now.note;
  if (done && !isAfter) return "resolved, and not done";
  if (!done && !isBefore && kind !== "killed-after") return "rejected, and done";
  if (operation.by === "own" && context === "autocommit" && kind === "deadlock" && !resolved) {
    return `a deadlock reached the caller: ${String(error)}`;
  }
  return undefined;
}

/** A purge tells of rows that it could not remove. */
function tellsFailures(result: unknown): boolean {
  const { failures = [] } = (result ?? {}) as { failures?: readonly unknown[] };
  return failures.length > 0;
}
