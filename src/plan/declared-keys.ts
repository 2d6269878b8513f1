import { tableColumn, type Table } from "./table";
import type { Column } from "../typeorm/metadata";

/** An index or a unique key, as the entities of a table declare it, over the table's columns. */
export interface DeclaredKey {
  readonly columns: readonly Column[];
  readonly isUnique: boolean;
  readonly where: string | undefined;
}

/** The indexes and unique keys of a table, each once, whichever of its entities declare it. @internal */
export function keysOf(table: Table): DeclaredKey[] {
  const keys = table.metadatas.flatMap((metadata) => [
    ...metadata.indices.map(({ columns, isUnique, where }) => ({ columns, isUnique, where })),
    ...metadata.uniques.map(({ columns }) => ({ columns, isUnique: true, where: undefined })),
  ]);
  const known = new Map<string, DeclaredKey>();
  for (const { columns, isUnique, where } of keys) {
    const name = [String(isUnique), where ?? "", ...columns.map((column) => column.databaseName)];
    const own = columns.map((column) => tableColumn(table, column));
    if (!known.has(name.join(" "))) known.set(name.join(" "), { columns: own, isUnique, where });
  }
  return [...known.values()];
}

/** The columns of a table's foreign keys. @internal */
export function foreignKeysOf(table: Table): (readonly Column[])[] {
  return table.metadatas
    .flatMap((metadata) => metadata.foreignKeys)
    .map(({ columns }) => columns.map((column) => tableColumn(table, column)));
}

/** Whether the primary key, or an index that holds all rows with a value there, starts with the columns. @internal */
export function isIndexed(
  table: Table,
  columns: readonly Column[],
  partialIndexes: boolean,
): boolean {
  const keys = keysOf(table).filter(
    (key) => !partialIndexes || key.where === undefined || isNotNullOf(key.where, key.columns),
  );
  return [table.primary, ...keys.map((key) => key.columns)].some((key) => startsWith(key, columns));
}

/** Whether a condition leaves out only rows in which one of the columns is null. */
function isNotNullOf(where: string, columns: readonly Column[]): boolean {
  const [, name] = /^[\s("[`]*(\w+)[\s"\]`]+IS\s+NOT\s+NULL[\s)]*$/i.exec(where) ?? [];
  return columns.some((column) => column.databaseName === name);
}

/** Whether the columns, in whatever order, are the first of a key. @internal */
export function startsWith(key: readonly Column[], columns: readonly Column[]): boolean {
  const head = key.slice(0, columns.length);
  return columns.every((column) => head.includes(column));
}
