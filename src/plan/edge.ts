import type { SoftDeleteTable, Table } from "./table";
import type { Column, Relation } from "../typeorm/metadata";

/** A pair of columns by which a child row belongs to its parent row. */
export interface JoinPair {
  readonly parent: Column;
  readonly child: Column;
}

/** Values of a discriminator column, at the end of an edge that holds the foreign key. */
export interface Kinds {
  readonly end: "parent" | "child";
  readonly column: Column;
  readonly values: readonly unknown[];
}

/** A binding relation between two tables: deleting the parent takes the child (`CASCADE`) or is refused (`RESTRICT`). */
export interface Edge {
  readonly policy: "CASCADE" | "RESTRICT";
  readonly parent: SoftDeleteTable;
  readonly child: Table;
  readonly on: readonly JoinPair[];
  /** Of which kinds of single-table inheritance the row at one end has to be; undefined where any may be. */
  readonly kinds?: Kinds | undefined;
  /** The relation that holds the foreign key, as `Entity.property`. */
  readonly relation: string;
  /** The relation by which a loaded parent object refers to its children, if it declares one. */
  readonly down: Relation | undefined;
}

/** An edge whose child can be soft-deleted: every `CASCADE` edge is one. */
export interface SoftDeleteEdge extends Edge {
  readonly child: SoftDeleteTable;
}
