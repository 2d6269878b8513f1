import type { DataSource, ObjectLiteral } from "typeorm";

/**
 * SQL with the driver's own placeholders for `:name` and, of lists, `:...name`, and the values in their order.
 *
 * Leans on `Driver.escapeQueryWithParameters()`.
 *
 * @internal
 */
export function positional(
  dataSource: DataSource,
  text: string,
  parameters: ObjectLiteral,
): [text: string, parameters: unknown[]] {
  return dataSource.driver.escapeQueryWithParameters(text, parameters);
}
