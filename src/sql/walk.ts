import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { Sql } from "./sql";

/** A value that a walk carries along, by the name of its column. */
export type Carried = readonly (readonly [name: string, value: Sql])[];

/** How a walk starts: rows `c` of one table, perhaps joined to other rows. */
export interface Seed {
  readonly table: SoftDeleteTable;
  /** What follows the table, its alias being `c`: joins and a condition. */
  readonly rest: Sql;
  readonly carry?: Carried;
}

/** How a walk goes on over one edge: from a row that it has reached, `w`, to child rows `c`. */
export interface Step {
  readonly edge: SoftDeleteEdge;
  /** A condition on `c`; may name what the walk carries, as `w.name`. */
  readonly where: Sql;
  /** What the walk carries on. @default what it carries, unchanged */
  readonly carry?: Carried;
}

/** A walk over the rows of a cyclic group of tables, as the body of one recursive common table expression. */
export interface Walk {
  readonly tables: readonly SoftDeleteTable[];
  readonly seeds: readonly Seed[];
  readonly steps: readonly Step[];
  /** The walk goes from children to parents: the steps' edges are followed upwards. */
  readonly upwards?: boolean;
  /** Whether the steps' conditions name other common table expressions, which are better joined than asked row by row. @default false */
  readonly namesOthers?: boolean;
  /** The name of the common table expression: one that no table of an application has. @default "sd_walk" */
  readonly name?: string;
}

/** The column that says of which table a row of the walk is. @internal */
export const KIND = "k";

/** The names of the walk's columns that hold the primary key of one of its tables. @internal */
export function slots(walk: Walk, table: SoftDeleteTable): string[] {
  const at = walk.tables.indexOf(table);
  return table.primary.map((_, index) => `t${String(at)}_${String(index)}`);
}

/** The condition that a row of the walk stands for a row of the table. @internal */
export function isOf(walk: Walk, table: SoftDeleteTable): string {
  return `${KIND} = ${String(walk.tables.indexOf(table))}`;
}
