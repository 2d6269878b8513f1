import type { NamedRows } from "../rows/named-rows";
import { Session } from "../session/session";
import type { RestoreContext } from "./restore-options";
import { type Restored, Tally } from "../rows/tally";
import { isDeleted } from "../sql/state";
import { and, sql, filter } from "../sql/sql";
import { Recorder } from "../record/recorder";
import { watchForCollisions } from "./restore-conflict";
import { findWhole } from "./find-whole";
import { hangsByOthers, reviveWhole } from "./restore-whole";
import { markBelow, markMatched } from "./marking";
import { restoreMarked } from "./restore-marked";
import { reportRestore } from "../record/report";
import { lookAtMatched, recordRoots } from "./matched-rows";

/** The rows of one table that a restore starts with. */
export interface Matched extends NamedRows {
  /** TypeORM has revived the rows already; they still carry their deletion ids. */
  readonly native?: boolean;
}

/** Restores matched rows, with what their deletions took below them unless they are to come alone. Runs in a transaction. @internal */
export async function restoreMatched(
  session: Session,
  matched: Matched,
  context: RestoreContext,
): Promise<Restored> {
  const { table, native = false } = matched;
  const isDeletedRow = sql`${isDeleted(session.dialect.names, "c", table)}`;
  // By a list of keys SQLite would take the index of the delete date for shorter.
  const deleted = (matched.keys ?? 0) > 1 ? filter(isDeletedRow) : isDeletedRow;
  const conditions = native
    ? matched.conditions
    : matched.conditions.map((condition) => and(condition, deleted));
  const found = await lookAtMatched(session, table, conditions, !native);
  const { ids, count } = found;
  if (count === 0) return { roots: 0, tally: new Tally(), handedOver: new Tally() };
  const known = ids.filter((id) => id !== null);
  const recorder = new Recorder(session, "afterRestore", known);
  await recordRoots(session, recorder, table, conditions, found.byDeletion);
  const restored = await watchForCollisions(session, ids, async () => {
    // Several conditions may match the same row, which is then counted twice.
    const whole =
      context.below && conditions.length === 1
        ? await findWhole(session, table, found, native)
        : null;
    if (whole && !(await hangsByOthers(session, whole))) {
      const tally = new Tally();
      await reviveWhole(session, whole, tally, recorder);
      return { roots: count, tally, handedOver: new Tally() };
    }
    const marks = await markMatched(session, table, conditions, ids);
    if (context.below) await markBelow(session, table, marks);
    return restoreMarked(session, table.name, [table], marks, context, recorder, native);
  });
  await reportRestore(session, recorder, table.name, known, context.author, context.now, restored);
  return restored;
}
