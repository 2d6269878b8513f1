import type { DataSource, ObjectLiteral } from "typeorm";

import type { Column } from "../typeorm/metadata";
import { toDatabase } from "../typeorm/column-values";

/**
 * A key as text that tells it apart: of values as the driver has them, read raw or prepared to be written. The two forms are
 * not the same text.
 *
 * @internal
 */
export function keyText(values: readonly unknown[]): string {
  return JSON.stringify(
    values.map((value) => {
      if (value instanceof Date) return value.toISOString();
      return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
    }),
  );
}

/** The same text for values as objects have them, whether a row was just loaded or has been given. @internal */
export function keyTextOf(
  dataSource: DataSource,
  key: Iterable<readonly [column: Column, value: unknown]>,
): string {
  return keyText([...key].map(([column, value]) => toDatabase(dataSource, column, value)));
}

/** That of an object, or of a primary key as an object. @internal */
export function keyTextOfObject(
  dataSource: DataSource,
  columns: readonly Column[],
  object: ObjectLiteral,
): string {
  return keyTextOf(
    dataSource,
    columns.map((column) => [
      column,
      (column.getEntityValue(object) ?? object[column.propertyPath]) as unknown,
    ]),
  );
}
