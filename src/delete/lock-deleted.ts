import type { Edge, SoftDeleteEdge } from "../plan/edge";
import type { CascadePlan } from "../plan/soft-delete-graph";
import { isSoftDeletable } from "../plan/table";
import { Members } from "../rows/members";
import type { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { columnsAt, kindOf } from "../sql/edge-conditions";
import { and, filter, join, sql } from "../sql/sql";
import { isDeleted } from "../sql/state";

/**
 * Locks the rows that were deleted already below those which a deletion has taken, where the caller's transaction goes by its
 * snapshot: what somebody has restored since is deleted there still, and would stay active below a deleted parent. The database
 * then says that it cannot serialize. One SELECT for each edge; elsewhere none, but for the question where it is.
 *
 * @internal
 */
export async function lockDeletedBelow(
  session: Session,
  { groups, restricts }: CascadePlan,
  deletionId: string,
  tally: Tally,
): Promise<void> {
  const edges: Edge[] = [
    ...groups.flatMap((group) => [...group.incoming, ...group.inner]),
    ...restricts,
  ];
  const below = edges.filter(hasDeletable).filter((edge) => tally.of(edge.parent.name) > 0);
  if (below.length === 0 || !(await goesBySnapshot(session))) return;
  const members = new Members(session, [deletionId]);
  for (const edge of below) await lockOver(session, edge, members);
}

function hasDeletable(edge: Edge): edge is SoftDeleteEdge {
  return isSoftDeletable(edge.child);
}

async function goesBySnapshot(session: Session): Promise<boolean> {
  const { writesBySnapshot } = session.dialect;
  if (session.ownIsolation || !writesBySnapshot) return false;
  return (await session.select(writesBySnapshot)).length > 0;
}

async function lockOver(session: Session, edge: SoftDeleteEdge, members: Members): Promise<void> {
  const { names } = session.dialect;
  const { parent, child } = edge;
  const own = names.row("c", columnsAt(edge, "child"));
  const other = names.list("p", columnsAt(edge, "parent"));
  const taken = join([members.has("p", parent), ...kindOf(names, edge, "parent", "p")], " AND ");
  const deleted = filter(and(isDeleted(names, "c", child), members.hasNot("c", child)));
  const where = join([deleted, ...kindOf(names, edge, "child", "c")], " AND ");
  await session.select(
    sql`SELECT COUNT(*) FROM (SELECT 1 FROM ${names.table(child)} c WHERE ${where} AND ${own} IN (SELECT ${other} FROM ${names.table(parent)} p WHERE ${taken}) FOR SHARE) locked`,
  );
}
