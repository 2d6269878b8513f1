import { and, join, or, sql, type Sql } from "../sql/sql";
import type { PurgeBlock } from "../record/results";
import { BlockedRows } from "./blocked";
import { referring } from "../sql/referring";
import { unreferenced } from "./pick";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import type { PurgeWork } from "./work";

const COUNTS_PER_STATEMENT = 100;

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

/**
 * Counts what a purge would remove, and what it would leave because other rows refer to it: a SELECT of the rows that have been
 * deleted for long enough, one that asks whether any has to stay, and where some do one of those and one for each of their tables.
 *
 * @internal
 */
export async function countOnly(work: PurgeWork): Promise<PurgeBlock[]> {
  const { scope } = work;
  return work.inTransaction("all", async (session) => {
    const expired = await countExpired(session, work);
    const blocked = await new BlockedRows(work, scope.tables).narrowed(session);
    const stay = await blocked.count(session);
    const blocks: PurgeBlock[] = [];
    for (const [table, count] of expired) {
      const left = stay.get(table) ?? 0;
      work.tally.add(table.name, count - left);
      if (left > 0) blocks.push(...(await countWays(session, work, blocked, stay, table)));
    }
    return blocks;
  });
}

async function countExpired(
  session: Session,
  { scope }: PurgeWork,
): Promise<ReadonlyMap<SoftDeleteTable, number>> {
  const { names } = session.dialect;
  const counts = new Map<SoftDeleteTable, number>();
  for (let at = 0; at < scope.tables.length; at += COUNTS_PER_STATEMENT) {
    const tables = scope.tables.slice(at, at + COUNTS_PER_STATEMENT);
    const from = tables.map(
      (table) => sql`FROM ${names.table(table)} c WHERE ${scope.has("c", table)}`,
    );
    const [row] = await session.select(scope.select(columns(from)));
    for (const [index, table] of tables.entries())
      counts.set(table, Number(row?.[`n${String(index)}`]));
  }
  return counts;
}

/** Counts the rows of a table that stay, by the references that keep them. */
async function countWays(
  session: Session,
  { scope, references }: PurgeWork,
  blocked: BlockedRows,
  stay: ReadonlyMap<SoftDeleteTable, number>,
  table: SoftDeleteTable,
): Promise<PurgeBlock[]> {
  const { names } = session.dialect;
  const ways = references.to(table);
  const from = ways.map((reference) => {
    const { child } = reference;
    const reasons = scope.covers(child) ? [scope.hasNot("r", child)] : [];
    if (scope.covers(child) && (stay.get(child) ?? 0) > 0) reasons.push(blocked.has("r", child));
    const stays = reasons.length > 0 ? sql` AND ${or(...reasons)}` : "";
    return sql`FROM ${names.table(table)} c WHERE ${scope.has("c", table)} AND EXISTS (SELECT 1 ${referring(names, reference)}${stays})`;
  });
  const [row] = await session.select(scope.select(columns(from), blocked.expressions));
  return blocksOf(ways, row, 0);
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
