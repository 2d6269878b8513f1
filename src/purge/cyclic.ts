import { and, join, or, sql, type Sql } from "../sql/sql";
import { isOf, slots, type Walk } from "../sql/walk";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { BlockedRows } from "./blocked";
import { pick } from "./pick";
import type { Reference } from "../plan/references";
import { removeTogether } from "./remove-together";
import { RowSet } from "./row-set";
import { advanced, type Cursor, type Row } from "./rows";
import type { PurgeWork } from "./work";
import { walkExpression } from "../sql/walk-expression";

// The rows of cycles go in one transaction, whatever the size of a batch. Not more than this, to keep it in memory.
const CYCLE_ROWS = 5000;

/**
 * Purges tables whose rows refer to each other: from the leaves upwards, and then what refers to itself in cycles.
 *
 * @internal
 */
export async function purgeCyclic(work: PurgeWork, group: Group): Promise<void> {
  for (const wait of work.skips ? [false, true] : [false]) {
    for (let removed = -1; removed !== 0;) {
      removed = 0;
      for (const table of group.tables) removed += await peel(work, group, table, wait);
      if (removed === 0) removed = await removeCycles(work, group, wait);
    }
  }
}

/** The values by which removed rows referred to rows that may now go. */
type Frontier = ReadonlyMap<Reference, unknown[][]>;

/** Removes leaves, and with them, in the same batch, rows above them that become leaves thereby. */
async function peel(
  work: PurgeWork,
  group: Group,
  table: SoftDeleteTable,
  wait: boolean,
): Promise<number> {
  const { batchSize } = work.calls;
  const inner = work.references.within(group.tables);
  let cursor: Cursor = { free: true };
  let frontier: Frontier = new Map();
  let exhausted = false;
  let total = 0;
  while (!work.isStopped(table)) {
    const start: Frontier = frontier;
    const waiting = [...start.values()].reduce((sum, keys) => sum + keys.length, 0);
    const limit = exhausted || waiting > batchSize / 2 ? 0 : batchSize - waiting;
    if (limit === 0 && waiting === 0) break;
    let leaves: readonly Row[] = [];
    const { removed } = await work.batch(
      table,
      async (session) => {
        leaves =
          limit > 0
            ? await pick(session, work, table, cursor, { unreferenced: true, lock: "none", limit })
            : [];
        return lockUpwards(session, work, group, leaves, start, wait);
      },
      (session, rows) => removeTogether(session, work, rows),
    );
    total += removed.length;
    frontier = new RowSet(removed, inner).outside;
    const last = leaves.at(-1);
    if (limit === 0) continue;
    if (!last || leaves.length < limit) exhausted = true;
    else {
      const gone = new Set(removed.map((row) => row.id));
      cursor = advanced(
        cursor,
        last,
        leaves.every((row) => gone.has(row.id)),
      );
    }
  }
  return total;
}

/** Locks leaves, the rows of a frontier, and as many rows above them as make up a batch. */
async function lockUpwards(
  session: Session,
  work: PurgeWork,
  group: Group,
  leaves: readonly Row[],
  frontier: Frontier,
  wait: boolean,
): Promise<Row[]> {
  const { dialect } = session;
  const reader = work.reader(session);
  const starts = new Map<SoftDeleteTable, Sql[]>();
  let count = leaves.length;
  const [leaf] = leaves;
  if (leaf) starts.set(leaf.table, [reader.are(leaf.table, leaves)]);
  for (const [{ parent, on }, keys] of frontier) {
    count += keys.length;
    const columns = on.map((pair) => pair.parent);
    const known = starts.get(parent) ?? [];
    starts.set(parent, [...known, dialect.anyKey("c", columns, keys)]);
  }
  if (count === 0) return [];
  const height = String(Math.max(1, Math.floor(work.calls.batchSize / count)));
  const walk: Walk = {
    name: "upwards",
    tables: group.tables,
    seeds: [...starts].map(([table, ways]) => ({
      table,
      rest: sql`WHERE ${and(work.scope.has("c", table), or(...ways))}`,
      carry: [["height", sql`0`]],
    })),
    steps: work.references.within(group.tables).map((edge) => ({
      edge,
      where: and(work.scope.has("c", edge.parent), `w.height < ${height}`),
      carry: [["height", sql`w.height + 1`]],
    })),
    upwards: true,
  };
  const locked: Row[] = [];
  for (const table of group.tables) {
    const keys = slots(walk, table);
    const on = table.primary.map(
      (column, index) => `${dialect.names.of("c", column)} = u.${keys[index] ?? ""}`,
    );
    const found = await reader.read(
      table,
      sql`JOIN (SELECT DISTINCT ${keys.join(", ")} FROM upwards WHERE ${isOf(walk, table)}) u ON ${on.join(" AND ")}`,
      [walkExpression(dialect, walk)],
    );
    const failed = new Set(work.failedOf(table).map((row) => row.id));
    const fresh = found.filter((row) => !failed.has(row.id));
    locked.push(...(await reader.lock(table, fresh, wait)));
  }
  return locked;
}

/** Removes rows that refer to each other in a cycle and to which no row that stays leads. */
async function removeCycles(work: PurgeWork, group: Group, wait: boolean): Promise<number> {
  const [first] = group.tables;
  if (!first || group.tables.some((table) => work.isStopped(table))) return 0;
  const blocked = new BlockedRows(work, group.tables);
  const { removed } = await work.batch(
    first,
    async (session) => {
      const reader = work.reader(session);
      const limit = Math.max(CYCLE_ROWS, work.calls.batchSize);
      const locked: Row[] = [];
      for (const table of group.tables) {
        const where = [work.scope.has("c", table), sql`NOT (${blocked.has("c", table)})`];
        const failed = work.failedOf(table);
        if (failed.length > 0) where.push(sql`NOT ${reader.are(table, failed)}`);
        const order = session.dialect.names.list("c", [
          table.softDelete.deletedAt,
          ...table.primary,
        ]);
        const found = await reader.read(
          table,
          sql`WHERE ${join(where, " AND ")} ORDER BY ${order} LIMIT ${String(limit)}`,
          blocked.expressions,
        );
        locked.push(...(await reader.lock(table, found, wait)));
      }
      return locked;
    },
    (session, rows) => removeTogether(session, work, rows),
  );
  return removed.length;
}
