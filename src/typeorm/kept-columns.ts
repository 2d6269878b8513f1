import type { Column } from "./metadata";

/**
 * Keeps a column of a data source's metadata out of what `save()`, `update()`, `upsert()` and the query builder write into a row
 * that is there. An `update()` that sets nothing else is refused by TypeORM.
 *
 * Leans on `ColumnMetadata.isUpdate` being read anew by each of them, as the column's option `update: false` sets it.
 *
 * @internal
 */
export function keepFromUpdates(column: Column): void {
  column.isUpdate = false;
}

/**
 * Whether an INSERT writes what an object says of a column.
 *
 * Leans on `ColumnMetadata.isInsert`, which the column's option `insert: false` takes away.
 *
 * @internal
 */
export function isInserted(column: Column): boolean {
  return column.isInsert;
}
