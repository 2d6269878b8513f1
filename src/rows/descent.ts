import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { sql, type Sql } from "../sql/sql";
import type { Assignment } from "../sql/statements";
import type { Carried } from "../sql/walk";
import type { Tally } from "./tally";

/** How rows below others are taken, edge by edge. */
export interface Descent {
  /** A row, by its alias, is one below which rows are taken. Every row that is taken becomes one. */
  from(alias: string, table: SoftDeleteTable): Sql;
  /** A row `c` may be taken. */
  takes(table: SoftDeleteTable): Sql;
  /** A row `c` that a walk has reached is still to be written. @default takes */
  isLeft?(table: SoftDeleteTable): Sql;
  /** What a taken row gets from the one above it, by its alias. @default nothing */
  carry?(alias: string, table: SoftDeleteTable): Carried;
  /** A row, by its alias, may be taken below a row with the given values. @default always */
  fits?(alias: string, table: SoftDeleteTable, value: (name: string) => Sql): Sql;
  /** What is written, by what the row above it gives. */
  set(table: SoftDeleteTable, value: (name: string) => Sql): readonly Assignment[];
  /** Whether what is written names values of the row above it. */
  readonly givesValues: boolean;
  /** Whether a walk is repeated until it finds nothing more. @default false */
  readonly repeats?: boolean;
}

/**
 * Takes the rows below others: one statement for each edge, parents before children, and where an edge of a cycle takes any, for
 * each table of that cycle one by a walk, whatever number of rows. Adds what it takes to the tally, which has the rows to start from.
 *
 * @internal
 */
export async function descend(
  session: Session,
  groups: readonly Group[],
  descent: Descent,
  tally: Tally,
): Promise<void> {
  for (const group of groups) {
    for (const edge of group.incoming) {
      if (tally.of(edge.parent.name) === 0) continue;
      tally.add(edge.child.name, await takeOverEdge(session, edge, descent));
    }
    if (group.inner.length === 0) continue;
    if (group.tables.every((table) => tally.of(table.name) === 0)) continue;
    await takeByWalk(session, group, descent, tally);
  }
}

function takeOverEdge(session: Session, edge: SoftDeleteEdge, descent: Descent): Promise<number> {
  const { child, parent } = edge;
  const value = valueIn(descent.carry?.("p", parent) ?? []);
  const both = descent.fits?.("c", child, value);
  return session.execute(
    session.dialect.updateByRelated({
      edge,
      set: descent.set(child, value),
      where: descent.takes(child),
      relatedWhere: descent.from("p", parent),
      ...(both ? { both } : {}),
      correlated: both !== undefined || descent.givesValues,
    }),
  );
}

async function takeByWalk(
  session: Session,
  group: Group,
  descent: Descent,
  tally: Tally,
): Promise<void> {
  const value = (name: string): Sql => sql`w.${name}`;
  const fits = (alias: string, table: SoftDeleteTable): Sql =>
    descent.fits?.(alias, table, value) ?? sql`1 = 1`;
  const walk = {
    tables: group.tables,
    seeds: group.tables.map((table) => ({
      table,
      rest: sql`WHERE ${descent.from("c", table)}`,
      ...(descent.carry ? { carry: descent.carry("c", table) } : {}),
    })),
    steps: group.inner.map((edge) => ({
      edge,
      where: descent.takes(edge.child),
      fits: descent.fits && ((alias: string): Sql => fits(alias, edge.child)),
    })),
  };
  let rows: number;
  do {
    // Most rows have none below them, and a step costs less than a walk.
    if ((await takeOneStep(session, group, descent, tally)) === 0) return;
    rows = 0;
    for (const target of group.tables) {
      const taken = await session.execute(
        session.dialect.updateByWalk({
          target,
          walk,
          set: descent.set(target, value),
          where: descent.isLeft?.(target) ?? descent.takes(target),
          correlated: descent.givesValues,
        }),
      );
      rows += tally.add(target.name, taken);
    }
  } while (rows > 0 && descent.repeats === true);
}

/** Takes what hangs by rows that have been taken already, over the edges within a group. */
async function takeOneStep(
  session: Session,
  group: Group,
  descent: Descent,
  tally: Tally,
): Promise<number> {
  let rows = 0;
  for (const edge of group.inner) {
    if (tally.of(edge.parent.name) === 0) continue;
    rows += tally.add(edge.child.name, await takeOverEdge(session, edge, descent));
  }
  return rows;
}

function valueIn(carried: Carried): (name: string) => Sql {
  const values = new Map(carried);
  return (name) => values.get(name) ?? sql`NULL`;
}
