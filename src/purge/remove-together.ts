import { and, or, sql } from "../sql/sql";
import { referring } from "../sql/referring";
import type { Reference } from "../plan/references";
import type { RemovalGroup } from "../plan/removal-order";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { removeJunctions } from "./junctions";
import { keysOf, type Row } from "./row";
import { RowSet } from "./row-set";
import { RowsNotRemoved, type PurgeWork } from "./work";
import { looseColumns } from "../plan/loose-columns";

// A tree's batch has a level or two. More of them go at once, after their references are cleared.
const MOST_LEVELS = 8;

/**
 * Removes, of the locked rows, the greatest set to which no row outside it refers.
 *
 * @internal
 */
export async function removeTogether(
  session: Session,
  work: PurgeWork,
  group: RemovalGroup,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const { inner } = group;
  let set = new RowSet(rows, inner);
  for (;;) {
    if (set.rows.length === 0) return [];
    const held = await heldFromOutside(session, work, set);
    if (held.size === 0) break;
    // By the database's own comparison of keys, until it finds no more.
    set = new RowSet(set.without(held), inner);
  }
  for (const [table, own] of byTable(set.rows)) await removeJunctions(session, work, table, own);
  for (const step of await inOrder(session, work, group, set)) {
    for (const [table, own] of byTable(step)) await removeRows(session, work, table, own);
  }
  return set.rows;
}

/** The rows of the set to which a row outside it refers: one SELECT for each table. */
async function heldFromOutside(
  session: Session,
  work: PurgeWork,
  set: RowSet,
): Promise<Set<string>> {
  const { dialect } = session;
  const reader = work.reader(session);
  const tables = byTable(set.rows);
  const held = new Set<string>();
  for (const [table, own] of tables) {
    const ways = work.references.to(table).map((reference) => {
      const insiders = tables.get(reference.child as SoftDeleteTable) ?? [];
      const from = referring(dialect.names, reference);
      const outsiders =
        insiders.length > 0
          ? sql`${from} AND NOT ${reader.are(reference.child, insiders, "r")}`
          : from;
      return sql`NOT (${dialect.nothing(outsiders)})`;
    });
    if (ways.length === 0) continue;
    const found = await reader.read(table, sql`WHERE ${and(reader.are(table, own), or(...ways))}`);
    for (const row of found) held.add(row.id);
  }
  return held;
}

/** In which steps the database takes the rows: row by row it checks that nothing refers to what it deletes. */
async function inOrder(
  session: Session,
  work: PurgeWork,
  group: RemovalGroup,
  set: RowSet,
): Promise<Iterable<readonly Row[]>> {
  const { levels, rest } = set.levels();
  const oneTable = byTable(set.rows).size === 1;
  if (session.dialect.checksAtEnd && oneTable) return [set.rows];
  if (rest.length === 0 && levels.length <= MOST_LEVELS) return levels;
  const cleared = await clearReferences(session, work, group, set);
  const without = set.levels((reference) => cleared.has(reference));
  return [...without.levels, without.rest];
}

/** Clears the references of the rows among each other that close cycles. Returns those by which no order goes any more. */
async function clearReferences(
  session: Session,
  work: PurgeWork,
  group: RemovalGroup,
  set: RowSet,
): Promise<ReadonlySet<Reference>> {
  const { dialect } = session;
  const reader = work.reader(session);
  const tables = byTable(set.rows);
  for (const [table, columns] of looseColumns(group.loose)) {
    const own = tables.get(table);
    if (!own) continue;
    const nulls = columns.map((column) => [column, sql`NULL`] as const);
    await session.execute(
      dialect.update({ target: table, set: nulls, where: reader.are(table, own) }),
    );
  }
  return new Set([...group.loose, ...group.unchecked]);
}

async function removeRows(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  rows: readonly Row[],
): Promise<void> {
  const where = session.dialect.anyKey("c", table.primary, keysOf(rows, table.primary));
  const affected = await session.execute(session.dialect.delete(table, where));
  if (affected !== rows.length) {
    throw new RowsNotRemoved(`Rows of ${table.name} changed while they were purged.`);
  }
}

function byTable(rows: readonly Row[]): Map<SoftDeleteTable, Row[]> {
  const tables = new Map<SoftDeleteTable, Row[]>();
  for (const row of rows) {
    const own = tables.get(row.table) ?? [];
    own.push(row);
    tables.set(row.table, own);
  }
  return tables;
}
