import type { Column } from "./metadata";

/**
 * The SQL of a `@VirtualColumn()`, of a row by its alias, already quoted; undefined for a column of the table.
 *
 * Leans on `ColumnMetadata.query`.
 *
 * @internal
 */
export function virtualSql(column: Column, alias: string): string | undefined {
  return column.isVirtualProperty && column.query ? `(${column.query(alias)})` : undefined;
}
