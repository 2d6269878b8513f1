import { sql } from "../dialect/sql";
import { SAMPLE_SIZE, SoftDeleteRestrictedError } from "../errors";
import type { Edge } from "../plan/edge";
import type { Deletion } from "./assignments";
import type { Session } from "./session";
import { bind } from "../dialect/sql";

/** Refuses a deletion below which active children stand over a `RESTRICT` edge. @internal */
export async function refuseRestricted(
  session: Session,
  edge: Edge,
  deletion: Deletion,
): Promise<void> {
  const { names, shareLock } = session.dialect;
  const active = edge.child.softDelete
    ? `${names.of("c", edge.child.softDelete.deletedAt)} IS NULL`
    : "1 = 1";
  const from = sql`FROM ${names.table(edge.parent)} p JOIN ${names.table(edge.child)} c ON ${names.on("c", "p", edge.on)}
 WHERE ${names.of("p", edge.parent.softDelete.deletionId)} = ${bind(deletion.id)} AND ${active}`;
  // A locking read where the database has repeatable reads: a plain one would not see what was committed meanwhile.
  const [sample, ...others] = await session.select(
    sql`SELECT ${session.keyColumns("c", edge.child)} ${from} LIMIT ${String(SAMPLE_SIZE)}${shareLock}`,
  );
  if (!sample) return;
  const [row] = await session.select<{ count: string | number }>(
    sql`SELECT COUNT(*) AS count ${from}`,
  );
  throw new SoftDeleteRestrictedError(
    edge.relation,
    Number(row?.count),
    [sample, ...others].map((found) => session.key(edge.child, found)),
    edge.parent.name,
  );
}
