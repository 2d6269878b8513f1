import { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import { Sql, sql, and } from "../sql/sql";
import { Recorder } from "../record/recorder";
import { hasNoDeletion } from "../sql/state";
import { carries } from "../rows/members";

const NAMED_DELETIONS = 20;

/** What the matched rows belong to, and how many there are. */
export interface MatchedRows {
  readonly ids: readonly (string | null)[];
  readonly count: number;
  readonly byDeletion: ReadonlyMap<string | null, number>;
}

/** Which deletions took the matched rows, and how many rows there are; locks them unless TypeORM has written them already. @internal */
export async function lookAtMatched(
  session: Session,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  lock: boolean,
): Promise<MatchedRows> {
  const { names, updateLock } = session.dialect;
  // Of a value and not a column: by an index of that MySQL and MariaDB would read, and lock, the whole table in its order.
  const deletion = `COALESCE(${names.of("c", table.softDelete.deletionId)}, NULL)`;
  const byDeletion = new Map<string | null, number>();
  let count = 0;
  for (const condition of conditions) {
    const rows = await session.select<{ d: string | null; n: string | number }>(
      sql`SELECT m.d AS d, COUNT(*) AS n FROM (SELECT ${deletion} AS d FROM ${names.table(table)} c WHERE ${condition}${lock ? updateLock : ""}) m GROUP BY m.d`,
    );
    for (const row of rows) {
      byDeletion.set(row.d, (byDeletion.get(row.d) ?? 0) + Number(row.n));
      count += Number(row.n);
    }
  }
  return { ids: [...byDeletion.keys()], count, byDeletion };
}

/** Notes the matched rows for the log, each with the deletion it belongs to. @internal */
export async function recordRoots(
  session: Session,
  recorder: Recorder,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  byDeletion: ReadonlyMap<string | null, number>,
): Promise<void> {
  if (!recorder.logs) return;
  const { names } = session.dialect;
  const [first] = conditions;
  for (const [id, count] of byDeletion) {
    // Beyond a few deletions the log keeps the numbers alone.
    const named = first && conditions.length === 1 && byDeletion.size <= NAMED_DELETIONS;
    if (!named) recorder.countRoots(id, count);
    else
      await recorder.addRoots(
        table,
        id,
        and(
          first,
          id === null ? hasNoDeletion(names, "c", table) : carries(session, "c", table, id),
        ),
        count,
      );
  }
}
