import { databaseType } from "../typeorm/column-types";
import type { Column } from "../typeorm/metadata";
import type { Names } from "./names";
import { and, bind, sql, type Sql } from "./sql";

/** Values of some columns, row by row: as the driver takes them, or has read them raw, moments then as text. */
export type Keys = readonly (readonly unknown[])[];

/** The condition that the columns together hold one key. @internal */
export function oneKey(
  names: Names,
  alias: string,
  columns: readonly Column[],
  key: readonly unknown[],
): Sql {
  const parts = columns.map(
    (column, index) => sql`${names.of(alias, column)} = ${bind(key[index])}`,
  );
  const [only] = parts;
  return only && parts.length === 1 ? only : and(...parts);
}

const NUMERIC = /^(bigint|int|integer|smallint|tinyint|mediumint|decimal|numeric)/;
const DIGITS = /^-?\d+(\.\d+)?$/;

/**
 * Keys in which numbers that TypeORM has as text are written as numbers. Compared with text, MySQL and MariaDB round both
 * sides to 15 digits, and take rows for others.
 *
 * @internal
 */
export function inDigits(names: Names, columns: readonly Column[], keys: Keys): Keys {
  const numeric = columns.map((column) => NUMERIC.test(databaseType(names.dataSource, column)));
  return keys.map((key) =>
    key.map((value, index) =>
      numeric[index] === true && typeof value === "string" && DIGITS.test(value)
        ? new Digits(value)
        : value,
    ),
  );
}

/** Digits that the driver writes as they are. */
class Digits {
  constructor(private readonly digits: string) {}

  /** Asked for by the driver. */
  toSqlString(): string {
    return this.digits;
  }
}

const TEXTUAL = /char|text|uuid/;

/**
 * Keys as a list of them can hold: a number for a column of text is compared as text, and a big one is not rounded.
 *
 * @internal
 */
export function listable(names: Names, columns: readonly Column[], keys: Keys): Keys {
  const textual = columns.map((column) => TEXTUAL.test(databaseType(names.dataSource, column)));
  return keys.map((key) =>
    key.map((value, index) => {
      const isText = typeof value === "bigint" || (typeof value === "number" && textual[index]);
      return isText ? String(value) : value;
    }),
  );
}
