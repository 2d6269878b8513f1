import type { Table as LoadedTable } from "typeorm";

import { loadedTableOf } from "../typeorm/schema-builder";
import type { SoftDeleteTable } from "./table";

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
      return (
        !columns.has(name) && isNullable && /^(date|timestamp)/.test(type) && NAME.test(letters)
      );
    })
    .map(({ name }) => name);
}
