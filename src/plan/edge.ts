import type { EntityMetadata } from "typeorm";

import type { Column, Relation } from "../typeorm/metadata";
import type { SoftDeleteTable, Table } from "./table";

/** A pair of columns by which a child row belongs to its parent row. */
export interface JoinPair {
  readonly parent: Column;
  readonly child: Column;
}

/** Values of a discriminator column, at one end of an edge. */
export interface Kinds {
  readonly end: "parent" | "child";
  readonly column: Column;
  readonly values: readonly unknown[];
}

/** A relation by which loaded objects of one class refer to their children over an edge. */
export interface Down {
  readonly metadata: EntityMetadata;
  readonly relation: Relation;
}

/** A binding relation between two tables: deleting the parent takes the child (`CASCADE`) or is refused (`RESTRICT`). */
export interface Edge {
  readonly policy: "CASCADE" | "RESTRICT";
  readonly parent: SoftDeleteTable;
  readonly child: Table;
  readonly on: readonly JoinPair[];
  /** Which end holds the foreign key: the parent's, where TypeORM's cascade stands on the owning side of a one-to-one. */
  readonly holder: "parent" | "child";
  /** Of which kinds of single-table inheritance the rows have to be; none where any may be. */
  readonly kinds: readonly Kinds[];
  /** The relation that holds the foreign key, as `Entity.property`. */
  readonly relation: string;
  /** The relations by which loaded parent objects refer to their children, as far as their classes declare one. */
  readonly down: readonly Down[];
}

/** An edge whose child can be soft-deleted: every `CASCADE` edge is one. */
export interface SoftDeleteEdge extends Edge {
  readonly child: SoftDeleteTable;
}
