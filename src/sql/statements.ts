import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { End } from "./edge-conditions";
import type { Sql } from "./sql";
import type { Walk } from "./walk";
import type { Column } from "../typeorm/metadata";

/** A column and the SQL of its new value. */
export type Assignment = readonly [column: Column, value: Sql];

/** An UPDATE of the rows `c` of one table. */
export interface Update {
  readonly target: SoftDeleteTable;
  readonly set: readonly Assignment[];
  /** A condition on `c`. */
  readonly where: Sql;
}

/** An UPDATE of the rows `c` at one end of an edge that have a related row `p` at its other end. */
export interface UpdateByRelated {
  readonly edge: SoftDeleteEdge;
  /** Which end is written. @default "child" */
  readonly end?: End;
  readonly set: readonly Assignment[];
  /** A condition on `c`. */
  readonly where: Sql;
  /** A condition on `p`. */
  readonly relatedWhere: Sql;
  /** A condition on both, if any. */
  readonly both?: Sql;
  /** Whether `set` or `both` names columns of `p`. @default false */
  readonly correlated?: boolean;
  /** Which rows are few, so that the others are found from them by index. @default "related" */
  readonly few?: "target" | "related";
}

/** An UPDATE of the rows `c` of one table that a recursive walk has reached. */
export interface UpdateByWalk {
  readonly target: SoftDeleteTable;
  readonly walk: Walk;
  readonly set: readonly Assignment[];
  /** A condition on `c`. */
  readonly where: Sql;
  /** Whether `set` names columns that the walk carries, as `w.name`. @default false */
  readonly correlated?: boolean;
}

/** The rows `c` of one table that have none of some related rows. */
export interface Orphans {
  readonly target: SoftDeleteTable;
  /** A condition on `c`. */
  readonly where: Sql;
  readonly edges: readonly SoftDeleteEdge[];
  /** A condition on a parent, by its alias. */
  readonly related: (alias: string, parent: SoftDeleteTable) => Sql;
}

/** An UPDATE of {@link Orphans}. */
export interface UpdateOrphans extends Orphans, Update {}

/** A look at the parents `p`, over one edge, of some rows `c`. */
export interface ParentsOf {
  readonly edge: SoftDeleteEdge;
  readonly childWhere: Sql;
  readonly parentWhere: Sql;
}

/** A unique key as a database's error names it: by its name, or by table and columns. */
export interface ViolatedKey {
  readonly name?: string;
  readonly table?: string;
  readonly columns?: readonly string[];
}
