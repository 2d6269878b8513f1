import { sql } from "../sql/sql";
import { SAMPLE_SIZE, SoftDeleteRestrictedError } from "../errors";
import type { Edge } from "../plan/edge";
import type { Restriction } from "../record/results";
import type { Deletion } from "../rows/stamps";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { carries } from "../rows/members";
import { isActive } from "../sql/state";

/** Refuses a deletion below which active children stand over a `RESTRICT` edge. @internal */
export async function refuseRestricted(
  session: Session,
  edge: Edge,
  deletion: Deletion,
): Promise<void> {
  const restriction = await findRestriction(session, edge, deletion);
  if (!restriction) return;
  const { relation, count, sampleIds } = restriction;
  throw new SoftDeleteRestrictedError(relation, count, sampleIds, edge.parent.name);
}

/** The active children, over a `RESTRICT` edge, of the rows that carry the deletion's id. @internal */
export async function findRestriction(
  session: Session,
  edge: Edge,
  deletion: Pick<Deletion, "id">,
): Promise<Restriction | undefined> {
  const { dialect } = session;
  const { names, shareLock } = dialect;
  const from = sql`FROM ${names.table(edge.parent)} p JOIN ${names.table(edge.child)} c ON ${joined(names, edge, "c", "p")}
 WHERE ${carries(session, "p", edge.parent, deletion.id)} AND ${dialect.foundByKey(sql`${isActive(names, "c", edge.child)}`)}`;
  // A locking read where the database has repeatable reads: a plain one would not see what was committed meanwhile.
  const sample = await session.select(
    sql`SELECT ${session.keyColumns("c", edge.child)} ${from} LIMIT ${String(SAMPLE_SIZE)}${shareLock}`,
  );
  if (sample.length === 0) return undefined;
  const [row] = await session.select<{ count: string | number }>(
    sql`SELECT COUNT(*) AS count ${from}`,
  );
  return {
    relation: edge.relation,
    // Counted by a plain read, which in the caller's own snapshot may see less.
    count: Math.max(Number(row?.count), sample.length),
    sampleIds: sample.map((found) => session.key(edge.child, found)),
  };
}
