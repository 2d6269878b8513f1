import type { Column } from "../plan/table";
import { databaseType } from "../typeorm/column-types";
import type { Names } from "./names";
import { and, bind, foreign, join, or, sql, type Sql } from "./sql";

/** Values of some columns, row by row, as the driver has read them; moments as text. */
export type Keys = readonly (readonly unknown[])[];

/** Types of PostgreSQL whose plain name, with nothing in brackets behind it, holds every value. */
const CASTABLE = /^(smallint|integer|bigint|uuid|text|character varying|date|time.*)$/;

/** `= ANY(array)`, or for several columns `IN (SELECT ... FROM unnest(arrays))`: one parameter for each column. @internal */
export function anyKeyByArrays(
  names: Names,
  alias: string,
  columns: readonly Column[],
  keys: Keys,
): Sql {
  const arrays = columns.map((column, index) => {
    const type = databaseType(names.dataSource, column);
    const values = bind(keys.map((key) => key[index]));
    return CASTABLE.test(type) ? sql`CAST(${values} AS ${type}[])` : undefined;
  });
  const [column] = columns;
  if (column && columns.length === 1) {
    return sql`${names.of(alias, column)} = ANY(${arrays[0] ?? bind(keys.map(([value]) => value))})`;
  }
  const known = arrays.filter((array) => array !== undefined);
  if (known.length < columns.length) return anyKeyByRows(names, alias, columns, keys);
  return sql`${names.row(alias, columns)} IN (SELECT * FROM unnest(${join(known, ", ")}))`;
}

/** `IN (SELECT ... FROM json_each(?))`: one parameter for all. @internal */
export function anyKeyByJson(
  names: Names,
  alias: string,
  columns: readonly Column[],
  keys: Keys,
): Sql {
  if (keys.some((key) => key.some((value) => value instanceof Uint8Array))) {
    return sql`${names.row(alias, columns)} IN (VALUES ${join(
      keys.map((key) => sql`(${join(key.map(bind), ", ")})`),
      ", ",
    )})`;
  }
  const single = columns.length === 1;
  const json = bind(JSON.stringify(single ? keys.map(([value]) => value) : keys));
  const values = single
    ? "value"
    : columns.map((_, index) => `json_extract(value, '$[${String(index)}]')`).join(", ");
  return sql`${names.row(alias, columns)} IN (SELECT ${values} FROM json_each(${json}))`;
}

// MariaDB makes a derived table of a list of 1,000 values or more, and may then read the whole table.
const LONGEST_LIST = 900;

/** Lists of values; for several columns a condition for each row, which MariaDB needs to go by index. @internal */
export function anyKeyByRows(
  names: Names,
  alias: string,
  columns: readonly Column[],
  keys: Keys,
): Sql {
  const [column] = columns;
  if (column && columns.length === 1) {
    const lists: Sql[] = [];
    for (let at = 0; at < keys.length; at += LONGEST_LIST) {
      const values = keys.slice(at, at + LONGEST_LIST).map(([value]) => value);
      lists.push(foreign(`${names.of(alias, column)} IN (:...list)`, { list: values }));
    }
    return or(...lists);
  }
  return or(
    ...keys.map((key) =>
      and(...columns.map((one, index) => sql`${names.of(alias, one)} = ${bind(key[index])}`)),
    ),
  );
}
