import { and, bind, filter, sql, type Sql } from "../sql/sql";
import type { Carried } from "../sql/walk";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import { stampFrom, carriedOf } from "../rows/stamps";
import { newDeletionId } from "../rows/deletion-id";
import type { Members } from "../rows/members";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { Tally } from "../rows/tally";
import { hasNoDeletion, isDeleted } from "../sql/state";

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
      edge,
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
      rest: sql`JOIN ${names.table(edge.parent)} p ON ${joined(names, edge, "c", "p")} WHERE ${members.has("c", edge.child)} AND ${staysDeleted(session, edge, members)}`,
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
  return filter(and(isDeleted(names, "p", edge.parent), members.hasNot("p", edge.parent)));
}

/**
 * What a row below the parent `p` gets from it; below one that plain TypeORM has deleted, the id and time of a deletion of
 * its own.
 */
function parentValues(session: Session, parent: SoftDeleteTable, own: OwnDeletion): Carried {
  const { names } = session.dialect;
  const { deletedAt } = parent.softDelete;
  const instead = new Map([
    ["id", bind(own.id)],
    ["at", session.value(deletedAt, own.deletedAt)],
  ]);
  return carriedOf(session, "p", parent).map(([name, value]) => {
    const other = instead.get(name);
    return other
      ? [name, sql`CASE WHEN ${hasNoDeletion(names, "p", parent)} THEN ${other} ELSE ${value} END`]
      : [name, value];
  });
}
