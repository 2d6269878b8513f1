import type { SoftDeleteTable } from "../plan/table";
import { Recorder } from "../record/recorder";
import { reportSettle } from "../record/report";
import { chunks } from "../rows/chunks";
import { isDeletionId } from "../rows/deletion-id";
import { clear } from "../rows/stamps";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { and, sql } from "../sql/sql";
import { isUnsettled } from "../sql/state";
import { decide, type HalfRestoredRow } from "./half-restored";
import { pick, ROWS_PER_STATEMENT, still, update } from "./picked-rows";

/** What a batch has settled, and what it has to leave. */
export interface Settled {
  readonly tally: Tally;
  /** Deletions whose rows could neither be restored nor be taken back. */
  readonly undecided: readonly string[];
}

/**
 * Decides active rows that still carry a deletion id: their restore is finished, or taken back. An id that is none of this
 * package's tells nothing, and goes. Rows of the deletions in `left` stay as they are.
 *
 * @internal
 */
export async function settleRestored(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
  left: readonly string[],
): Promise<Settled> {
  const { dialect } = session;
  const { names } = dialect;
  const column = names.of("c", table.softDelete.deletionId);
  const unsettled = and(isUnsettled(names, "c", table, "restored"));
  const others =
    left.length > 0 ? and(unsettled, sql`NOT ${dialect.anyOf(column, left)}`) : unsettled;
  // Those of one deletion are decided together, as far as one batch has them.
  const inOrder = sql`${others} ORDER BY ${column}`;
  const picked = await pick(session, table, `${column} AS d`, inOrder, limit, (row, record) => ({
    ...row,
    deletionId: record["d"] as string,
  }));
  const tally = new Tally();
  const foreign = picked.filter((row) => !isDeletionId(row.deletionId));
  for (const rows of chunks(foreign, ROWS_PER_STATEMENT)) {
    const where = still(session, table, rows, unsettled);
    tally.add(table.name, await update(session, table, clear(session, table), where));
  }
  const known = picked.filter((row) => isDeletionId(row.deletionId));
  const decided = await decide(session, table, known);
  tally.addAll(decided.deleted);
  await report(session, table, [...foreign, ...decided.takenBack], tally);
  tally.addAll(decided.restored);
  return { tally, undecided: decided.undecided };
}

/** What came back is logged as a restore already. */
async function report(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly HalfRestoredRow[],
  tally: Tally,
): Promise<void> {
  const recorder = new Recorder(session, "afterSoftDelete");
  for (const row of rows) recorder.addKey(table, null, row.primaryKey);
  if (rows.length > 0) await reportSettle(session, recorder, table.name, tally);
}
