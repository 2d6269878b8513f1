import type { DataSource } from "typeorm";

import type { Column } from "./metadata";

/**
 * A value of an object, in the form in which the driver takes it for a column: transformed, a moment as text on SQLite.
 *
 * Leans on `Driver.preparePersistentValue()`.
 *
 * @internal
 */
export function toDatabase(dataSource: DataSource, column: Column, value: unknown): unknown {
  // A driver would make a number of it, which a bigint refuses.
  const given = typeof value === "bigint" && !column.transformer ? String(value) : value;
  return dataSource.driver.preparePersistentValue(given, column) as unknown;
}

/**
 * A value of a column, read raw, in the form in which an object has it.
 *
 * Leans on `Driver.prepareHydratedValue()`.
 *
 * @internal
 */
export function fromDatabase(dataSource: DataSource, column: Column, value: unknown): unknown {
  return dataSource.driver.prepareHydratedValue(value, column) as unknown;
}
