import { sql, type Sql } from "../sql/sql";
import type { Carried } from "../sql/walk";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { Column, SoftDeleteTable } from "../plan/table";
import { stampFrom } from "../rows/assignments";
import { Members } from "../rows/members";
import type { Tally } from "../record/results";
import type { Session } from "../session/session";

/**
 * Takes the active rows below the rows that carry one of some deletion ids, each under the id of the row by which it
 * hangs: one statement for each `CASCADE` relation, whatever number of ids.
 *
 * @internal
 */
export async function takeBelow(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly string[],
  tally: Tally,
): Promise<void> {
  const members = new Members(session, ids);
  for (const group of session.graph.plan([table]).groups) {
    for (const edge of group.incoming) {
      if (tally.of(edge.parent.name) > 0) await takeOverEdge(session, edge, members, tally);
    }
    if (group.inner.length > 0 && group.tables.some((one) => tally.of(one.name) > 0)) {
      await takeByWalk(session, group, members, tally);
    }
  }
}

async function takeOverEdge(
  session: Session,
  { parent, child, on }: SoftDeleteEdge,
  members: Members,
  tally: Tally,
): Promise<void> {
  const values = new Map(deletionOf(session, "p", parent));
  const rows = await session.execute(
    session.dialect.updateByRelated({
      target: child,
      related: parent,
      on: on.map((pair) => [pair.child, pair.parent]),
      set: stampFrom(session, child, (name) => values.get(name) ?? sql`NULL`),
      where: isActive(session, child),
      relatedWhere: members.has("p", parent),
      correlated: true,
    }),
  );
  tally.add(child.name, rows);
}

async function takeByWalk(
  session: Session,
  group: Group,
  members: Members,
  tally: Tally,
): Promise<void> {
  const walk = {
    tables: group.tables,
    seeds: group.tables.map((table) => ({
      table,
      rest: sql`WHERE ${members.has("c", table)}`,
      carry: deletionOf(session, "c", table),
    })),
    steps: group.inner.map((edge) => ({ edge, where: isActive(session, edge.child) })),
  };
  for (const target of group.tables) {
    const rows = await session.execute(
      session.dialect.updateByWalk({
        target,
        walk,
        set: stampFrom(session, target, (name) => sql`w.${name}`),
        where: isActive(session, target),
        correlated: true,
      }),
    );
    tally.add(target.name, rows);
  }
}

function isActive(session: Session, table: SoftDeleteTable): Sql {
  return sql`${session.dialect.names.of("c", table.softDelete.deletedAt)} IS NULL`;
}

/** What a row gets from the row by which it hangs. The id comes first: where a walk finds several, the smallest wins. */
function deletionOf(session: Session, alias: string, table: SoftDeleteTable): Carried {
  const { deletedAt, deletionId, deletedBy, deleteReason } = table.softDelete;
  const of = (column: Column | undefined): Sql =>
    column ? sql`${session.dialect.names.of(alias, column)}` : sql`NULL`;
  return [
    ["id", of(deletionId)],
    ["at", of(deletedAt)],
    ["actor", of(deletedBy)],
    ["reason", of(deleteReason)],
  ];
}
