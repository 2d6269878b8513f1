import { join, sql } from "../sql/sql";
import type { RemovalGroup } from "../plan/removal-order";
import { removeBatch } from "./remove-batch";
import { BlockedRows } from "./blocked";
import { removeTogether } from "./remove-together";
import type { Row } from "./row";
import type { PurgeWork } from "./work";

// The rows of cycles go in one transaction, whatever the size of a batch. Not more than this, to keep it in memory.
const CYCLE_ROWS = 5000;

/** Removes rows that refer to each other in a cycle and to which no row that stays leads. @internal */
export async function removeCycles(
  work: PurgeWork,
  group: RemovalGroup,
  wait: boolean,
): Promise<number> {
  const [first] = group.tables;
  if (!first || group.tables.some((table) => work.failures.isStopped(table))) return 0;
  const blocked = new BlockedRows(work, group.tables);
  const removed = await removeBatch(
    work,
    first,
    async (session) => {
      const reader = work.reader(session);
      const limit = Math.max(CYCLE_ROWS, work.calls.batchSize);
      const locked: Row[] = [];
      for (const table of group.tables) {
        const where = [work.scope.has("c", table), sql`NOT (${blocked.has("c", table)})`];
        const failed = work.failures.of(table);
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
    (session, rows) => removeTogether(session, work, group, rows),
  );
  return removed.length;
}
