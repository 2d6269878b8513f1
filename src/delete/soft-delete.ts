import type { Update } from "../sql/dialect";
import { and, bind, sql, type Sql } from "../sql/sql";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { CascadePlan } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { stamp, touch, type Deletion } from "../rows/assignments";
import { carries } from "../rows/members";
import { Recorder } from "../record/recorder";
import { reportSoftDelete } from "../record/report";
import { refuseRestricted } from "./restrict";
import { Tally } from "../record/results";
import type { Session } from "../session/session";

/** Rows `c` of one table by which an operation starts. */
export interface Roots {
  readonly table: SoftDeleteTable;
  /** Conditions on `c`, each for one statement. */
  readonly conditions: readonly Sql[];
}

/** How many rows a deletion took. */
export interface Taken {
  readonly roots: number;
  readonly tally: Tally;
}

/**
 * Stamps the root rows and then, edge by edge, parents before children, every active row below them.
 *
 * @internal
 */
export function takeRows(
  session: Session,
  roots: readonly Roots[],
  deletion: Deletion,
  /** Whether it is only tried out: `RESTRICT` edges do not refuse, and nobody is told. */
  { trial = false } = {},
): Promise<Taken> {
  return take(session, roots, deletion, !trial, ({ table }, condition) => ({
    target: table,
    set: [...stamp(session, table, deletion), ...touch(session, table)],
    where: and(condition, `${session.dialect.names.of("c", table.softDelete.deletedAt)} IS NULL`),
  }));
}

/** The same for root rows that TypeORM has soft-deleted already, and whose `version` it has moved. @internal */
export function takeMarked(
  session: Session,
  roots: readonly Roots[],
  deletion: Deletion,
): Promise<Taken> {
  return take(session, roots, deletion, true, ({ table }, condition) => ({
    target: table,
    set: [...stamp(session, table, deletion), ...session.dialect.keep(table)],
    where: condition,
  }));
}

async function take(
  session: Session,
  roots: readonly Roots[],
  deletion: Deletion,
  report: boolean,
  update: (root: Roots, condition: Sql) => Update,
): Promise<Taken> {
  const tally = new Tally();
  const recorder = new Recorder(session, "afterSoftDelete");
  let affected = 0;
  for (const root of roots) {
    let rows = 0;
    for (const condition of root.conditions) {
      rows += await session.execute(session.dialect.update(update(root, condition)));
    }
    affected += tally.add(root.table.name, rows);
    await recorder.addRoots(
      root.table,
      deletion.id,
      carries(session, "c", root.table, deletion.id),
      rows,
    );
  }
  if (affected > 0) {
    const plan = session.graph.plan([...new Set(roots.map((root) => root.table))]);
    await takeBelow(session, plan, deletion, tally);
    for (const edge of report ? plan.restricts : []) {
      if (tally.of(edge.parent.name) > 0) await refuseRestricted(session, edge, deletion);
    }
  }
  const entity = roots.map((root) => root.table.name).join(", ");
  if (report)
    await reportSoftDelete(session, recorder, entity, deletion, { roots: affected, tally });
  return { roots: affected, tally };
}

/** Takes everything below the rows that carry the deletion's id. */
async function takeBelow(
  session: Session,
  plan: CascadePlan,
  deletion: Deletion,
  tally: Tally,
): Promise<void> {
  for (const group of plan.groups) {
    for (const edge of group.incoming) {
      if (tally.of(edge.parent.name) > 0) await takeOverEdge(session, edge, deletion, tally);
    }
    if (group.inner.length > 0 && group.tables.some((table) => tally.of(table.name) > 0)) {
      await takeByWalk(session, group, deletion, tally);
    }
  }
}

async function takeOverEdge(
  session: Session,
  edge: SoftDeleteEdge,
  deletion: Deletion,
  tally: Tally,
): Promise<void> {
  const { names } = session.dialect;
  const { child, parent } = edge;
  const rows = await session.execute(
    session.dialect.updateByRelated({
      target: child,
      related: parent,
      on: edge.on.map((pair) => [pair.child, pair.parent]),
      set: [...stamp(session, child, deletion), ...touch(session, child)],
      where: sql`${names.of("c", child.softDelete.deletedAt)} IS NULL`,
      relatedWhere: sql`${names.of("p", parent.softDelete.deletionId)} = ${bind(deletion.id)}`,
    }),
  );
  tally.add(child.name, rows);
}

async function takeByWalk(
  session: Session,
  group: Group,
  deletion: Deletion,
  tally: Tally,
): Promise<void> {
  const { names } = session.dialect;
  const walk = {
    tables: group.tables,
    seeds: group.tables.map((table) => ({
      table,
      rest: sql`WHERE ${names.of("c", table.softDelete.deletionId)} = ${bind(deletion.id)}`,
    })),
    steps: group.inner.map((edge) => ({
      edge,
      where: sql`${names.of("c", edge.child.softDelete.deletedAt)} IS NULL`,
    })),
  };
  let rows: number;
  do {
    rows = 0;
    for (const table of group.tables) {
      const taken = await session.execute(
        session.dialect.updateByWalk({
          target: table,
          walk,
          set: [...stamp(session, table, deletion), ...touch(session, table)],
          where: sql`${names.of("c", table.softDelete.deletedAt)} IS NULL`,
        }),
      );
      rows += tally.add(table.name, taken);
    }
    // A walk that has waited for a lock has not seen what was restored below that row meanwhile.
  } while (rows > 0 && !session.dialect.singleConnection);
}
