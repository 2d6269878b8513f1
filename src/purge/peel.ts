import { and, or, sql, type Sql } from "../sql/sql";
import { isOf, slots, type Walk } from "../sql/walk";
import { walkExpression } from "../sql/walk-expression";
import type { Reference } from "../plan/references";
import type { RemovalGroup } from "../plan/removal-order";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { removeBatch } from "./remove-batch";
import { advanced, type Cursor } from "./cursor";
import { pick } from "./pick";
import { removeTogether } from "./remove-together";
import type { Row } from "./row";
import { RowSet } from "./row-set";
import type { PurgeWork } from "./work";

/** The values by which removed rows referred to rows that may now go. */
type Frontier = ReadonlyMap<Reference, unknown[][]>;

/** Removes leaves, and with them, in the same batch, rows above them that become leaves thereby. @internal */
export async function peel(
  work: PurgeWork,
  group: RemovalGroup,
  table: SoftDeleteTable,
  wait: boolean,
): Promise<number> {
  const { batchSize } = work.calls;
  let cursor: Cursor = { free: true };
  let frontier: Frontier = new Map();
  let exhausted = false;
  let total = 0;
  while (!work.failures.isStopped(table)) {
    const start: Frontier = frontier;
    const waiting = [...start.values()].reduce((sum, keys) => sum + keys.length, 0);
    const limit = exhausted || waiting > batchSize / 2 ? 0 : batchSize - waiting;
    if (limit === 0 && waiting === 0) break;
    let leaves: readonly Row[] = [];
    const removed = await removeBatch(
      work,
      table,
      async (session) => {
        leaves =
          limit > 0
            ? await pick(session, work, table, cursor, { unreferenced: true, lock: "none", limit })
            : [];
        return lockUpwards(session, work, group, leaves, start, wait);
      },
      (session, rows) => removeTogether(session, work, group, rows),
    );
    total += removed.length;
    frontier = new RowSet(removed, group.inner).outside;
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
  group: RemovalGroup,
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
    name: "sd_upwards",
    tables: group.tables,
    seeds: [...starts].map(([table, ways]) => ({
      table,
      rest: sql`WHERE ${and(work.scope.hasFound("c", table), or(...ways))}`,
      carry: [["height", sql`0`]],
    })),
    steps: group.inner.map((edge) => {
      const where = work.scope.hasFound("c", edge.parent);
      // Without the row below them these would not be in the scope any more.
      return work.scope.isLostBy(edge)
        ? { edge, where }
        : {
            edge,
            where,
            fits: () => sql`w.height < ${height}`,
            carry: [["height", sql`w.height + 1`]] as const,
          };
    }),
    upwards: true,
    namesOthers: work.scope.isLimited,
  };
  const locked: Row[] = [];
  for (const table of group.tables) {
    const keys = slots(walk, table);
    const on = table.primary.map(
      (column, index) => `${dialect.names.of("c", column)} = u.${keys[index] ?? ""}`,
    );
    const found = await reader.read(
      table,
      sql`JOIN (SELECT DISTINCT ${keys.join(", ")} FROM sd_upwards WHERE ${isOf(walk, table)}) u ON ${on.join(" AND ")}`,
      [walkExpression(dialect, walk)],
    );
    const failed = new Set(work.failures.of(table).map((row) => row.id));
    const fresh = found.filter((row) => !failed.has(row.id));
    locked.push(...(await reader.lock(table, fresh, wait)));
  }
  return locked;
}
