import type { DataSource } from "typeorm";

import type { Column } from "./metadata";

/**
 * The type of a column as its database calls it, with no length or precision behind it: `varchar`, `timestamp with time zone`.
 *
 * Leans on `Driver.normalizeType()`, and on the names that it gives.
 *
 * @internal
 */
export function databaseType(dataSource: DataSource, column: Column): string {
  return dataSource.driver.normalizeType(column);
}
