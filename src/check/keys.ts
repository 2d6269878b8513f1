import { tableColumn, type Table } from "../plan/table";
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
