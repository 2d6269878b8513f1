import { dialectOf } from "../../dialect";
import { and, sql, type Sql } from "../../dialect/sql";
import type { SoftDeleteTable } from "../../plan/table";
import type { Session } from "../session";
import { advanced, behind, keysOf, lockClause, referring, type Cursor, type Row } from "./rows";
import type { PurgeWork } from "./work";

/** Purges a table whose rows do not refer to each other, directly or by way of other tables. @internal */
export async function purgePlain(work: PurgeWork, table: SoftDeleteTable): Promise<void> {
  if (work.tellsNobody && dialectOf(work.manager.dataSource).singleConnection) {
    await removeFreeRows(work, table);
  }
  await pass(work, table, false);
  // What others had locked they have removed by now, or left behind: waits for them.
  if (work.skips) while ((await pass(work, table, true)) > 0);
}

/**
 * Removes batches in one statement each, as long as nothing refers to any row of a batch: with one writer at a time there is
 * nothing to lock. What is left, or refused, is for the passes.
 */
async function removeFreeRows(work: PurgeWork, table: SoftDeleteTable): Promise<void> {
  if (work.references.junctionsOf(table).length > 0 || work.scope.expressions.length > 0) return;
  const { batchSize } = work.calls;
  for (let removed = batchSize; removed === batchSize;) {
    removed = await work.removeCounted(table, (session) => {
      const { dialect } = session;
      const { names } = dialect;
      const keys = sql`SELECT ${names.list("c", table.primary)} FROM ${names.table(table)} c WHERE ${work.scope.has("c", table)} LIMIT ${String(batchSize)}`;
      const picked = sql`${names.row("c", table.primary)} IN (${keys})`;
      return session.execute(
        dialect.delete(table, and(picked, ...unreferenced(session, work, table))),
      );
    });
  }
}

/** Goes through the table once. The last passes take only rows that nothing refers to, and wait for locks. */
async function pass(work: PurgeWork, table: SoftDeleteTable, last: boolean): Promise<number> {
  let cursor: Cursor = {};
  let total = 0;
  for (;;) {
    let seen: readonly Row[] = [];
    const { removed } = await work.batch(
      table,
      async (session) => {
        seen = await pick(session, work, table, cursor, {
          unreferenced: last,
          lock: last ? "wait" : "skip",
        });
        return cursor.ordered ? work.reader(session).lock(table, seen, last) : [...seen];
      },
      (session, rows) => remove(session, work, table, rows),
    );
    total += removed.length;
    const end = seen.at(-1);
    if (!end || seen.length < work.calls.batchSize || work.isStopped(table)) return total;
    cursor = advanced(cursor, end, removed.length === seen.length);
  }
}

/** Reads, behind a cursor, some rows that have been deleted for long enough. @internal */
export function pick(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  cursor: Cursor,
  options: {
    readonly unreferenced: boolean;
    readonly lock: "skip" | "wait" | "none";
    readonly limit?: number;
  },
): Promise<Row[]> {
  const reader = work.reader(session);
  const [where, order] = behind(session, table, cursor);
  const failed = work.failedOf(table);
  const conditions = [work.scope.has("c", table), ...where];
  if (failed.length > 0) conditions.push(sql`NOT ${reader.are(table, failed)}`);
  if (options.unreferenced) conditions.push(...unreferenced(session, work, table));
  // A sort would lock more rows than it returns on MySQL.
  const lock =
    options.lock === "none" || cursor.ordered ? "" : lockClause(session, options.lock === "wait");
  const limit = String(options.limit ?? work.calls.batchSize);
  return reader.read(
    table,
    sql`WHERE ${and(...conditions)} ORDER BY ${order} LIMIT ${limit}${lock}`,
  );
}

/** No other row refers to the row `c`: one condition for each reference. */
function unreferenced(session: Session, work: PurgeWork, table: SoftDeleteTable): Sql[] {
  return work.references
    .to(table)
    .map((reference) => session.dialect.nothing(referring(session, reference)));
}

/** Removes those of the locked rows that nothing refers to, with their junction rows. */
async function remove(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const { dialect } = session;
  const reader = work.reader(session);
  const free = unreferenced(session, work, table);
  let gone = rows;
  // Not in the statement that has locked the rows: its snapshot may be older than its locks.
  if (work.references.junctionsOf(table).length > 0) {
    gone = await reader.read(table, sql`WHERE ${and(reader.are(table, rows), ...free)}`);
    await removeJunctions(session, work, table, gone);
  }
  if (gone.length === 0) return [];
  const affected = await session.execute(
    dialect.delete(table, and(reader.are(table, gone), ...free)),
  );
  if (affected === gone.length) return gone;
  // Their junction rows are gone: to be tried again, in parts.
  if (gone !== rows)
    throw new Error(`Rows of ${table.name} were referred to while they were purged.`);
  const left = await reader.read(table, sql`WHERE ${reader.are(table, gone)}`);
  const ids = new Set(left.map((row) => row.id));
  return gone.filter((row) => !ids.has(row.id));
}

/** @internal */
export async function removeJunctions(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  for (const junction of work.references.junctionsOf(table)) {
    const keys = keysOf(
      rows,
      junction.on.map((pair) => pair.parent),
    );
    const columns = junction.on.map((pair) => pair.child);
    const where = session.dialect.anyKey("c", columns, keys);
    await session.execute(session.dialect.delete(junction.table, where));
  }
}
