import { dialectOf } from "../sql";
import { and, sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { databaseType } from "../typeorm/column-types";
import { unreferenced } from "./pick";
import { advanced, behind, upTo, type Cursor } from "./cursor";
import type { Row } from "./row";
import { lockClause } from "./row-reader";
import type { PurgeWork } from "./work";

/**
 * Removes batches in one statement each, which reads no row, as long as nothing refers to any row of a batch. Returns from
 * where on rows may be left that somebody else has locked; undefined when any row may be left, or was refused.
 *
 * @internal
 */
export async function removeFree(
  work: PurgeWork,
  table: SoftDeleteTable,
): Promise<Cursor | undefined> {
  const { batchSize } = work.calls;
  const { singleConnection, stepsOverRemoved } = dialectOf(work.manager.dataSource);
  if (!isEligible(work, table)) return undefined;
  let cursor: Cursor = {};
  let left: Cursor | undefined;
  for (;;) {
    let ends: readonly Row[] = [];
    const removed = await work.removeCounted(table, async (session) => {
      if (stepsOverRemoved) ends = await endOfBatch(session, work, table, cursor);
      return removeBehind(session, work, table, cursor, ends[0]);
    });
    if (removed === undefined) return undefined;
    if (removed < batchSize) left ??= cursor;
    const [end] = ends;
    if (end?.deletionId === undefined) {
      // On a single connection nobody can have locked what is left: something else keeps it.
      if (removed < batchSize) return singleConnection ? undefined : left;
      if (end) left ??= cursor;
    }
    if (end) cursor = advanced(cursor, end, true);
  }
}

// Compared with a value they go by another order than in an index, or by the session's time zone.
const UNORDERED = /^(enum|set|float|timestamp|json|bit)/;

function isEligible({ references, scope, manager }: PurgeWork, table: SoftDeleteTable): boolean {
  const { singleConnection, stepsOverRemoved, locksWhatItReads } = dialectOf(manager.dataSource);
  if (references.junctionsOf(table).length > 0 || scope.expressions.length > 0) return false;
  // A statement's snapshot may be older than its locks: beside other writers the locked rows have to be checked by another.
  if (references.to(table).length > 0 && !singleConnection) return false;
  if (locksWhatItReads && scope.isLimited) return false;
  if (!stepsOverRemoved) return true;
  return [table.softDelete.deletedAt, ...table.primary].every(
    (column) => !UNORDERED.test(databaseType(manager.dataSource, column)),
  );
}

/** The last row of the next batch, if that is a whole one, in the order by which {@link upTo} compares. */
function endOfBatch(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  cursor: Cursor,
): Promise<Row[]> {
  const { deletedAt, deletionId } = table.softDelete;
  const [where] = behind(session, table, cursor);
  const order = session.dialect.names.list("c", [deletedAt, deletionId, ...table.primary]);
  const offset = String(work.calls.batchSize - 1);
  return work
    .reader(session)
    .read(
      table,
      sql`WHERE ${and(work.scope.has("c", table), ...where)} ORDER BY ${order} LIMIT 1 OFFSET ${offset}`,
    );
}

/** Removes the batch behind a cursor, less the rows that something refers to or that somebody else has locked. */
async function removeBehind(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  cursor: Cursor,
  end: Row | undefined,
): Promise<number> {
  const { dialect } = session;
  const { names } = dialect;
  const [where, order] = behind(session, table, cursor);
  const bound = end ? upTo(session, table, end) : [];
  const range = and(work.scope.has("c", table), ...where, ...bound);
  const free = unreferenced(session, work, table);
  // Where it fails, a server may be set up to roll back the whole transaction: nothing in it but this.
  if (bound.length > 0 && dialect.noWait !== undefined && session.ownIsolation) {
    try {
      return await session.execute(
        sql`${dialect.noWait}${dialect.delete(table, and(range, ...free))}`,
      );
    } catch (error) {
      if (!dialect.isLockTimeout(error)) throw error;
    }
  }
  const picked = sql`sd_picked AS (SELECT ${names.list("c", table.primary)} FROM ${names.table(table)} c WHERE ${range} ORDER BY ${order} LIMIT ${String(work.calls.batchSize)}${lockClause(session, false)})`;
  const keys = sql`${names.list("p", table.primary)} FROM sd_picked p`;
  return session.execute(dialect.deleteWith(picked, table, keys, ...free));
}
