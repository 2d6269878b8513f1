import type { EntityMetadata } from "typeorm";

import type { SoftDeleteColumnRole } from "../entity/annotations";
import type { Column, Relation } from "../typeorm/metadata";

export type { Column, Relation };

/** A table of the data source; with single-table inheritance, one for the whole tree of entities. */
export interface Table {
  /** The metadata of the entity at the top of the table. */
  readonly metadata: EntityMetadata;
  /** The name under which its rows are counted. */
  readonly name: string;
  readonly primary: readonly Column[];
  /** Null for an entity that cannot be soft-deleted by this package. */
  readonly softDelete: SoftDeleteColumns | null;
}

/** The part that a column plays which a deletion stamps. */
export type StampedRole = "deletedAt" | SoftDeleteColumnRole;

/** The columns that a soft delete writes. */
export interface SoftDeleteColumns {
  readonly deletedAt: Column;
  readonly deletionId: Column;
  readonly deletedFlag: Column | undefined;
  /** All that a deletion stamps and a restore clears, these included. */
  readonly stamped: ReadonlyMap<StampedRole, Column>;
  readonly version: Column | undefined;
  readonly updateDate: Column | undefined;
}

/** A table whose rows this package can soft-delete. */
export interface SoftDeleteTable extends Table {
  readonly softDelete: SoftDeleteColumns;
}

/** @internal */
export function isSoftDeletable(table: Table): table is SoftDeleteTable {
  return table.softDelete !== null;
}
