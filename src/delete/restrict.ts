import { bind, sql } from "../sql/sql";
import { SAMPLE_SIZE, SoftDeleteRestrictedError, type PrimaryKey } from "../errors";
import type { Edge } from "../plan/edge";
import type { Deletion } from "../rows/assignments";
import type { Session } from "../session/session";

/** Active children that stand in the way of a deletion. */
export interface Restriction {
  /** The restricting relation, as `Entity.property`. */
  readonly relation: string;
  /** How many active children there are. */
  readonly count: number;
  /** The primary keys of some of them. */
  readonly sampleIds: readonly PrimaryKey[];
}

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
  const { names, shareLock } = session.dialect;
  const from = sql`FROM ${names.table(edge.parent)} p JOIN ${names.table(edge.child)} c ON ${names.on("c", "p", edge.on)}
 WHERE ${names.of("p", edge.parent.softDelete.deletionId)} = ${bind(deletion.id)} AND ${activeChild(session, edge)}`;
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

/** A condition on the child `c`: it is active. What cannot be soft-deleted always is. @internal */
export function activeChild(session: Session, edge: Edge): string {
  const columns = edge.child.softDelete;
  return columns ? `${session.dialect.names.of("c", columns.deletedAt)} IS NULL` : "1 = 1";
}
