import { and, join, or, sql, type Sql } from "../sql/sql";
import type { PurgeBlock } from "../record/results";
import { BlockedRows } from "./blocked";
import { referring } from "../sql/referring";
import { unreferenced } from "./pick";
import type { PurgeWork } from "./work";

/** Counts what is left because other rows refer to it: one SELECT for each table. @internal */
export async function countBlocked(work: PurgeWork): Promise<PurgeBlock[]> {
  return work.inTransaction("all", async (session) => {
    const { names } = session.dialect;
    const blocks: PurgeBlock[] = [];
    for (const table of work.scope.tables) {
      const references = work.references.to(table);
      const from = references.map(
        (reference) =>
          sql`FROM ${names.table(table)} c WHERE ${work.scope.has("c", table)} AND EXISTS (SELECT 1 ${referring(names, reference)})`,
      );
      const counts = await session.select(work.scope.select(columns(from)));
      blocks.push(...blocksOf(references, counts[0], 0));
    }
    return blocks;
  });
}

/** Counts, of the tables that the purge has given up, the rows that nothing but the failure has kept: one SELECT for each. */
export async function countLeft(work: PurgeWork): Promise<void> {
  for (const table of work.failures.stopped) {
    const rows = await work.inTransaction("all", async (session) => {
      const free = and(work.scope.has("c", table), ...unreferenced(session, work, table));
      const from = sql`FROM ${session.dialect.names.table(table)} c WHERE ${free}`;
      const [row] = await session.select(work.scope.select(columns([from])));
      return Number(row?.["n0"]);
    });
    work.failures.addLeft(table, rows);
  }
}

/** Counts what a purge would remove, and what it would leave because other rows refer to it. @internal */
export async function countOnly(work: PurgeWork): Promise<PurgeBlock[]> {
  const { scope } = work;
  const blocked = new BlockedRows(work, scope.tables);
  const [rows, blocks] = await work.inTransaction("all", async (session) => {
    const { names } = session.dialect;
    const rows: [name: string, count: number][] = [];
    const blocks: PurgeBlock[] = [];
    for (const table of scope.tables) {
      const references = work.references.to(table);
      const from = [
        sql`FROM ${names.table(table)} c WHERE ${scope.has("c", table)}`,
        sql`FROM ${blocked.from(table)}`,
        ...references.map((reference) => {
          const { child } = reference;
          const stays = scope.covers(child)
            ? sql` AND ${or(scope.hasNot("r", child), blocked.has("r", child))}`
            : "";
          return sql`FROM ${names.table(table)} c WHERE ${scope.has("c", table)} AND EXISTS (SELECT 1 ${referring(names, reference)}${stays})`;
        }),
      ];
      const [row] = await session.select(scope.select(columns(from), blocked.expressions));
      rows.push([table.name, Number(row?.["n0"]) - Number(row?.["n1"])]);
      blocks.push(...blocksOf(references, row, 2));
    }
    return [rows, blocks];
  });
  for (const [name, count] of rows) work.tally.add(name, count);
  return blocks;
}

function columns(from: readonly Sql[]): Sql {
  const counts = from.map((one, index) => sql`(SELECT COUNT(*) ${one}) AS n${String(index)}`);
  return counts.length === 0 ? sql`0 AS n` : join(counts, ", ");
}

function blocksOf(
  references: readonly { readonly relation: string }[],
  row: Readonly<Record<string, unknown>> | undefined,
  offset: number,
): PurgeBlock[] {
  return references.flatMap(({ relation }, index) => {
    const count = Number(row?.[`n${String(index + offset)}`] ?? 0);
    return count > 0 ? [{ relation, count }] : [];
  });
}
