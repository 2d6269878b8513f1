import type { Table as LoadedTable } from "typeorm";

import { loadedTableOf } from "../typeorm/schema-builder";
import type { SoftDeleteTable } from "./table";

const DATE = /^(date|timestamp)/;
// MySQL and MariaDB have a boolean as tinyint.
const FLAG = /^(bool|tinyint)/;
// deletedAt, deleted_at, date_deleted, deletion_time, removed_on, trashed, ...
const NAME =
  /^(date|time)?(soft)?(deleted?|deletion|removed?|removal|trashed|discarded)(at|on|date|time|timestamp)?$/;

/**
 * The columns in the database that are delete dates by name and type, and that no entity maps: TypeORM's schema builder would drop
 * them, and with them what is known of the rows that were deleted.
 *
 * @internal
 */
export function unmappedDeleteDates(
  { columns, metadata }: SoftDeleteTable,
  loaded: readonly LoadedTable[],
): string[] {
  return (loadedTableOf(metadata, loaded)?.columns ?? [])
    .filter(({ name, type, isNullable }) => {
      const letters = name.toLowerCase().replace(/[^a-z]/g, "");
      return !columns.has(name) && isNullable && DATE.test(type) && NAME.test(letters);
    })
    .map(({ name }) => name);
}

/**
 * The columns that TypeORM's schema builder would drop from a table in the very run that gives it its delete date: dates and
 * flags, whatever their names, in any language. One of them may be what has said so far which rows are deleted.
 *
 * @internal
 */
export function columnsBeforeDeleteDate(
  { columns, metadata, softDelete }: SoftDeleteTable,
  loaded: readonly LoadedTable[],
): string[] {
  const there = loadedTableOf(metadata, loaded)?.columns ?? [];
  if (there.some(({ name }) => name === softDelete.deletedAt.databaseName)) return [];
  return there
    .filter(({ name, type }) => !columns.has(name) && (DATE.test(type) || FLAG.test(type)))
    .map(({ name }) => name);
}
