import { refusalOf } from "../rows/judged-criteria";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { countInto, reportBatch, Vetoed } from "./report-batch";
import type { Row } from "./row";
import { RowsNotRemoved, type PurgeWork } from "./work";

/** Removes rows that were picked and locked, and returns those that it has removed. */
export type Remove = (session: Session, rows: readonly Row[]) => Promise<readonly Row[]>;

/** Rows are not found by the primary keys that they were read with: their table is given up. */
export class KeysNotFound extends RowsNotRemoved {}

/**
 * Picks and removes a batch in one transaction. One that fails is tried again in halves, so that the rows which make it
 * fail are found and the others go.
 *
 * @internal
 */
export async function removeBatch(
  work: PurgeWork,
  table: SoftDeleteTable,
  pick: (session: Session) => Promise<readonly Row[]>,
  remove: Remove,
): Promise<readonly Row[]> {
  work.calls.signal?.throwIfAborted();
  let picked: readonly Row[] = [];
  let removed: readonly Row[] = [];
  try {
    removed = await inTransaction(work, remove, async (session) => {
      picked = [];
      picked = await pick(session);
      return picked;
    });
  } catch (error) {
    refuseToGoOn(work, error);
    if (error instanceof KeysNotFound) {
      work.failures.add(table, picked, error);
      work.failures.stop(table, error);
    } else if (picked.length === 0) {
      work.failures.stop(table, error);
    } else {
      removed = await inHalves(work, table, picked, error, remove);
    }
  }
  if (removed.length > 0) await work.progress();
  return removed;
}

async function inTransaction(
  work: PurgeWork,
  remove: Remove,
  lock: (session: Session) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const removed = await work.inTransaction("by index", async (session) => {
    const locked = await lock(session);
    if (locked.length === 0) return [];
    const gone = await remove(session, locked);
    await reportBatch(session, gone, work.calls.author);
    return gone;
  });
  countInto(work.tally, removed);
  return removed;
}

/** Rethrows what ends the whole purge. */
function refuseToGoOn(work: PurgeWork, error: unknown): void {
  if (error instanceof Vetoed) throw error.cause;
  const refusal = refusalOf(work.manager.dataSource, work.scope.asked, error);
  if (refusal) throw refusal;
  if (!work.isOfRows(error)) throw error;
}

async function inHalves(
  work: PurgeWork,
  table: SoftDeleteTable,
  rows: readonly Row[],
  error: unknown,
  remove: Remove,
): Promise<readonly Row[]> {
  // Each half of rows that somebody else has locked would wait as long again.
  if (work.dialect.isLockTimeout(error) || !work.failures.mayHalve(table, rows)) {
    work.failures.add(table, rows, error);
    return [];
  }
  const middle = Math.ceil(rows.length / 2);
  const all: Row[] = [];
  for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
    try {
      all.push(...(await inTransaction(work, remove, (session) => lock(work, session, half))));
    } catch (failure) {
      refuseToGoOn(work, failure);
      all.push(...(await inHalves(work, table, half, failure, remove)));
    }
  }
  return all;
}

async function lock(work: PurgeWork, session: Session, rows: readonly Row[]): Promise<Row[]> {
  const locked: Row[] = [];
  for (const table of new Set(rows.map((row) => row.table))) {
    const own = rows.filter((row) => row.table === table);
    locked.push(...(await work.reader(session).lock(table, own, false)));
  }
  return locked;
}
