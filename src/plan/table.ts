import type { EntityMetadata } from "typeorm";

import type { SoftDeleteColumnRole } from "../entity/annotations";
import type { Column } from "../typeorm/metadata";

/** A table of the data source, with all entities on it: a tree of single-table inheritance, or several classes. */
export interface PlainTable {
  /** The metadata of the leading entity; with single-table inheritance that of the one at the top. */
  readonly metadata: EntityMetadata;
  /** The metadata of all entities, the leading one first. What concerns objects goes by the metadata of their own class. */
  readonly metadatas: readonly EntityMetadata[];
  /** The name under which its rows are counted. */
  readonly name: string;
  readonly primary: readonly Column[];
  /** By their names in the database, one for each, whichever entities have it: columns are told apart by identity. */
  readonly columns: ReadonlyMap<string, Column>;
  /** The column that tells the kinds of single-table inheritance apart. */
  readonly discriminator: Column | undefined;
  /** The values of the discriminator, one for each entity; a single undefined without one. */
  readonly kinds: readonly unknown[];
}

/** A table, and what a soft delete writes there. */
export interface Table extends PlainTable {
  /** Null for a table whose rows cannot be soft-deleted by this package. */
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
  /** Of the table's kinds those whose entities have these columns. */
  readonly kinds: readonly unknown[];
  /** Of the table's kinds those whose entities have no delete date at all. */
  readonly dateless: readonly unknown[];
}

/** A table whose rows this package can soft-delete. */
export interface SoftDeleteTable extends Table {
  readonly softDelete: SoftDeleteColumns;
}

/** @internal */
export function isSoftDeletable(table: Table): table is SoftDeleteTable {
  return table.softDelete !== null;
}

/** A column as one of the table's entities has it; undefined where it does not. @internal */
export function ownColumn({ columns }: EntityMetadata, column: Column): Column | undefined {
  return columns.find(({ databaseName }) => databaseName === column.databaseName);
}

/** An entity's column as its table has it. @internal */
export function tableColumn({ columns }: PlainTable, column: Column): Column {
  return columns.get(column.databaseName) ?? column;
}

/** The entity at the top of single-table inheritance, whose columns are those of all its child entities. @internal */
export function topOf(metadata: EntityMetadata): EntityMetadata {
  return metadata.tableType === "entity-child" ? metadata.parentEntityMetadata : metadata;
}
