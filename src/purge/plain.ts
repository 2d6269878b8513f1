import { and, sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { removeFree } from "./free";
import { pick, unreferenced } from "./pick";
import { advanced, type Cursor } from "./cursor";
import { removeJunctions } from "./junctions";
import { keysOf, type Row } from "./row";
import { KeysNotFound, removeBatch } from "./remove-batch";
import { RowsNotRemoved, type PurgeWork } from "./work";

/** Purges a table whose rows do not refer to each other, directly or by way of other tables. @internal */
export async function purgePlain(work: PurgeWork, table: SoftDeleteTable): Promise<void> {
  const left = work.tellsNobody ? await removeFree(work, table) : undefined;
  if (!left) await pass(work, table, false);
  if (!work.skips) return;
  // What others had locked they have removed by now, or left behind: waits for them.
  for (let from = left ?? {}; (await pass(work, table, true, from)) > 0; from = {});
}

/** Goes through the table once. The last passes take only rows that nothing refers to, and wait for locks. */
async function pass(
  work: PurgeWork,
  table: SoftDeleteTable,
  last: boolean,
  from: Cursor = {},
): Promise<number> {
  let cursor = from;
  let total = 0;
  for (;;) {
    if (work.failures.isStopped(table)) return total;
    let seen: readonly Row[] = [];
    const removed = await removeBatch(
      work,
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
    if (!end || seen.length < work.calls.batchSize || work.failures.isStopped(table)) return total;
    cursor = advanced(cursor, end, removed.length === seen.length);
  }
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
  // Not in the statement that has locked the rows: its snapshot may be older than its locks.
  const referred = await anyReferred(session, work, table, rows);
  const free = referred ? unreferenced(session, work, table) : [];
  const hasJunctions = work.references.junctionsOf(table).length > 0;
  let gone = rows;
  if (hasJunctions && referred)
    gone = await reader.read(table, sql`WHERE ${and(reader.are(table, rows), ...free)}`);
  if (hasJunctions) await removeJunctions(session, work, table, gone);
  if (gone.length === 0) return [];
  const affected = await session.execute(
    dialect.delete(table, and(reader.are(table, gone), ...free)),
  );
  if (affected === gone.length) return gone;
  // Their junction rows are gone: to be tried again, in parts.
  if (hasJunctions)
    throw new RowsNotRemoved(`Rows of ${table.name} were referred to while they were purged.`);
  const left = await reader.read(table, sql`WHERE ${reader.are(table, gone)}`);
  const ids = new Set(left.map((row) => row.id));
  const removed = gone.filter((row) => !ids.has(row.id));
  // Of a float, say, which equals no text: they would be counted as removed, over and over.
  if (removed.length !== affected)
    throw new KeysNotFound(`Rows of ${table.name} are not found by their primary keys.`);
  return removed;
}

/**
 * Whether anything refers, or may refer by the time of the DELETE, to any of the locked rows. Asked for all rows at once it
 * costs a tenth of a look for each.
 */
async function anyReferred(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  rows: readonly Row[],
): Promise<boolean> {
  const { dialect } = session;
  const references = work.references.to(table);
  // Where there is a constraint on the primary key, the lock on a row keeps others from referring to it. InnoDB locks the
  // entry of another key elsewhere.
  const isSure =
    session.readsCurrent && references.every((one) => work.references.isConstrainedByKey(one));
  if (!isSure) return references.length > 0;
  for (const { child, on } of references) {
    const keys = keysOf(
      rows,
      on.map((pair) => pair.parent),
    );
    const columns = on.map((pair) => pair.child);
    const found = await session.select(
      sql`SELECT 1 FROM ${dialect.names.table(child)} r WHERE ${dialect.anyKey("r", columns, keys)} LIMIT 1`,
    );
    if (found.length > 0) return true;
  }
  return false;
}
