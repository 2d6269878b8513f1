import { and, bind, filter, sql, type Sql } from "../sql/sql";
import type { Carried } from "../sql/walk";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { Column, SoftDeleteTable } from "../plan/table";
import { stampFrom } from "../rows/assignments";
import { newDeletionId } from "../rows/deletion-id";
import type { Members } from "../rows/members";
import { Tally } from "../record/results";
import type { Session } from "../session/session";

/**
 * Leaves deleted, among the given rows, every one that hangs by a parent which stays deleted, and what hangs below it, and
 * gives it to that parent's deletion.
 *
 * A parent that plain TypeORM has deleted belongs to no deletion: rows below it get one of their own.
 *
 * @returns how many rows stay deleted, by entity.
 * @internal
 */
export async function handOver(
  session: Session,
  groups: readonly Group[],
  members: Members,
  now: Date,
): Promise<Tally> {
  const own = { id: newDeletionId(now), deletedAt: now };
  const tally = new Tally();
  for (const group of groups) {
    for (const table of group.tables) {
      for (const edge of session.graph.parentEdges(table)) {
        if (group.tables.includes(edge.parent)) continue;
        tally.add(table.name, await overEdge(session, edge, members, own));
      }
    }
    if (group.inner.length > 0) await withinGroup(session, group, members, own, tally);
  }
  return tally;
}

interface OwnDeletion {
  readonly id: string;
  readonly deletedAt: Date;
}

async function overEdge(
  session: Session,
  edge: SoftDeleteEdge,
  members: Members,
  own: OwnDeletion,
): Promise<number> {
  const values = new Map(parentValues(session, edge.parent, own));
  return session.execute(
    session.dialect.updateByRelated({
      target: edge.child,
      related: edge.parent,
      on: edge.on.map((pair) => [pair.child, pair.parent]),
      set: stampFrom(session, edge.child, (name) => values.get(name) ?? sql`NULL`),
      where: members.has("c", edge.child),
      relatedWhere: staysDeleted(session, edge, members),
      correlated: true,
      few: "target",
    }),
  );
}

async function withinGroup(
  session: Session,
  group: Group,
  members: Members,
  own: OwnDeletion,
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  const { names } = dialect;
  const walk = {
    tables: group.tables,
    seeds: group.inner.map((edge) => ({
      table: edge.child,
      rest: sql`JOIN ${names.table(edge.parent)} p ON ${names.on("c", "p", edge.on)} WHERE ${members.has("c", edge.child)} AND ${staysDeleted(session, edge, members)}`,
      carry: parentValues(session, edge.parent, own),
    })),
    steps: group.inner.map((edge) => ({ edge, where: filter(members.has("c", edge.child)) })),
  };
  for (const target of group.tables) {
    const rows = await session.execute(
      dialect.updateByWalk({
        target,
        walk,
        set: stampFrom(session, target, (name) => sql`w.${name}`),
        where: members.has("c", target),
        correlated: true,
      }),
    );
    tally.add(target.name, rows);
  }
}

/** A condition on the parent `p`: it is deleted and not among the rows that may come back. */
function staysDeleted(session: Session, edge: SoftDeleteEdge, members: Members): Sql {
  const { names } = session.dialect;
  return filter(
    and(
      `${names.of("p", edge.parent.softDelete.deletedAt)} IS NOT NULL`,
      members.hasNot("p", edge.parent),
    ),
  );
}

/** What a row below the parent `p` gets from it. The deletion id comes first: where there are several, the smallest wins. */
function parentValues(session: Session, parent: SoftDeleteTable, own: OwnDeletion): Carried {
  const { names } = session.dialect;
  const { deletedAt, deletionId, deletedBy, deleteReason } = parent.softDelete;
  const id = names.of("p", deletionId);
  const of = (column: Column | undefined): Sql => sql`${column ? names.of("p", column) : "NULL"}`;
  return [
    ["id", sql`COALESCE(${id}, ${bind(own.id)})`],
    [
      "at",
      sql`CASE WHEN ${id} IS NULL THEN ${session.value(deletedAt, own.deletedAt)} ELSE ${names.of("p", deletedAt)} END`,
    ],
    ["actor", of(deletedBy)],
    ["reason", of(deleteReason)],
  ];
}
