import { sql } from "../sql/sql";
import { SAMPLE_SIZE, SoftDeleteRestrictedError } from "../errors";
import type { Edge } from "../plan/edge";
import type { Restriction } from "../record/results";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { Members } from "../rows/members";
import { isActive } from "../sql/state";

/** Refuses deletions below which active children stand over a `RESTRICT` edge. @internal */
export async function refuseRestricted(
  session: Session,
  edge: Edge,
  deletionIds: readonly string[],
): Promise<void> {
  const restriction = await findRestriction(session, edge, deletionIds);
  if (!restriction) return;
  const { relation, count, sampleIds } = restriction;
  throw new SoftDeleteRestrictedError(relation, count, sampleIds, edge.parent.name);
}

/** The active children, over a `RESTRICT` edge, of the rows that carry one of some deletion ids. @internal */
export async function findRestriction(
  session: Session,
  edge: Edge,
  deletionIds: readonly string[],
): Promise<Restriction | undefined> {
  const { dialect } = session;
  const { names, shareLock } = dialect;
  const from = sql`FROM ${names.table(edge.parent)} p ${dialect.joinInOrder} ${names.table(edge.child)} c ON ${joined(names, edge, "c", "p")}
 WHERE ${new Members(session, deletionIds).has("p", edge.parent)} AND ${dialect.foundByKey(sql`${isActive(names, "c", edge.child)}`)}`;
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
