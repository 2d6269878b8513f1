import { and, bind, filter, sql, type Sql } from "../sql/sql";
import type { Assignment } from "../sql/statements";
import type { Carried, Step, Walk } from "../sql/walk";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import { stampFrom, carriedOf } from "../rows/stamps";
import { newDeletionId, unmarked, UNMARKED_DIGIT } from "../rows/deletion-id";
import { Members } from "../rows/members";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { Tally } from "../rows/tally";
import { hasNoDeletion, isDeleted } from "../sql/state";
import { handedValue, withNotes } from "./handed-notes";

/**
 * Leaves deleted, among the given rows, every one that hangs by a parent which stays deleted, and what hangs below it, and
 * gives it to that parent's deletion. A row that belongs to that deletion already is as it was before it was marked.
 *
 * A parent that plain TypeORM has deleted belongs to no deletion: rows below it get one of their own.
 *
 * @returns how many rows belong to another deletion now, by entity.
 * @internal
 */
export async function handOver(
  session: Session,
  groups: readonly Group[],
  members: Members,
  now: Date,
): Promise<Tally> {
  const own = { id: newDeletionId(now), deletedAt: now };
  // Rows of a deletion that is marked as a whole all come back, or go.
  const unmarkedOnes = new Members(session, members.ids.map(unmarked));
  const stays = (await unmarkedOnes.tables()).length > 0;
  const work = { session, members, own, stays };
  const tally = new Tally();
  for (const group of groups) {
    for (const table of group.tables) {
      for (const edge of session.graph.parentEdges(table)) {
        if (group.tables.includes(edge.parent)) continue;
        tally.add(table.name, await overEdge(work, edge));
      }
    }
    if (group.inner.length > 0) await withinGroup(work, group, tally);
  }
  return tally;
}

interface OwnDeletion {
  readonly id: string;
  readonly deletedAt: Date;
}

interface Work {
  readonly session: Session;
  readonly members: Members;
  readonly own: OwnDeletion;
  /** Whether rows may stay in the deletion that they belong to. */
  readonly stays: boolean;
}

async function overEdge(work: Work, edge: SoftDeleteEdge): Promise<number> {
  const { session, members, own, stays } = work;
  const { dialect } = session;
  const { parent, child } = edge;
  const update = {
    edge,
    where: members.has("c", child),
    relatedWhere: staysDeleted(session, edge, members),
    correlated: true,
    few: "target" as const,
  };
  if (stays) {
    const parentId = sql`${dialect.names.of("p", parent.softDelete.deletionId)}`;
    const both = belongsTo(session, child, parentId);
    await session.execute(
      dialect.updateByRelated({ ...update, set: unmark(session, child), both }),
    );
  }
  const values = new Map(parentValues(session, parent, [parent], own));
  const set = stampFrom(session, child, (name, column) =>
    handedValue(session, values, name, column, [parent]),
  );
  return session.execute(dialect.updateByRelated({ ...update, set }));
}

async function withinGroup(work: Work, group: Group, tally: Tally): Promise<void> {
  const { session, members, own, stays } = work;
  const { dialect } = session;
  const { names } = dialect;
  const seeds = group.inner.map((edge) => ({
    table: edge.child,
    rest: sql`JOIN ${names.table(edge.parent)} p ON ${joined(names, edge, "c", "p")} WHERE ${members.has("c", edge.child)} AND ${staysDeleted(session, edge, members)}`,
    carry: parentValues(session, edge.parent, group.tables, own),
  }));
  const steps = group.inner.map((edge): Step => ({
    edge,
    where: filter(members.has("c", edge.child)),
  }));
  const walk: Walk = { tables: group.tables, seeds, steps };
  const values = new Map((seeds[0]?.carry ?? []).map(([name]) => [name, sql`w.${name}`]));
  const write = (target: SoftDeleteTable, set: Assignment[], where: Sql): Promise<number> =>
    session.execute(dialect.updateByWalk({ target, walk, set, where, correlated: true }));
  if (stays) {
    for (const target of group.tables) {
      const where = and(members.has("c", target), belongsTo(session, target, sql`w.id`));
      await write(target, unmark(session, target), where);
    }
  }
  for (const target of group.tables) {
    const set = stampFrom(session, target, (name, column) =>
      handedValue(session, values, name, column, group.tables),
    );
    tally.add(target.name, await write(target, set, members.has("c", target)));
  }
}

/** A condition that the marked row `c` belongs to a deletion. */
function belongsTo({ dialect }: Session, table: SoftDeleteTable, deletionId: Sql): Sql {
  const own = dialect.names.of("c", table.softDelete.deletionId);
  return sql`${dialect.withVersion(own, UNMARKED_DIGIT)} = ${deletionId}`;
}

function unmark({ dialect }: Session, table: SoftDeleteTable): Assignment[] {
  const { deletionId } = table.softDelete;
  const own = dialect.names.of("c", deletionId);
  return [[deletionId, dialect.withVersion(own, UNMARKED_DIGIT)], ...dialect.keep(table)];
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
function parentValues(
  session: Session,
  parent: SoftDeleteTable,
  tables: readonly SoftDeleteTable[],
  own: OwnDeletion,
): Carried {
  const { names } = session.dialect;
  const { deletedAt } = parent.softDelete;
  const instead = new Map([
    ["id", bind(own.id)],
    ["at", session.value(deletedAt, own.deletedAt)],
  ]);
  const values: Carried = carriedOf(session, "p", parent).map(([name, value]) => {
    const other = instead.get(name);
    return other
      ? [name, sql`CASE WHEN ${hasNoDeletion(names, "p", parent)} THEN ${other} ELSE ${value} END`]
      : [name, value];
  });
  return withNotes(session, values, parent, tables);
}
