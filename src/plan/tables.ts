import type { EntityMetadata } from "typeorm";

import { tableIdentity } from "../typeorm/table-identity";
import type { Declarations } from "./declarations";
import { isComplete, softDeleteColumns, stampedColumns } from "./soft-delete-columns";
import type { PlainTable, Table } from "./table";
import type { Column } from "../typeorm/metadata";

/** The tables of a data source, by the metadata of each entity on them. Views are none. @internal */
export function compileTables(declarations: Declarations): Map<EntityMetadata, Table> {
  const groups = new Map<string, EntityMetadata[]>();
  for (const metadata of declarations.dataSource.entityMetadatas) {
    if (metadata.tableType === "view" || metadata.isJunction) continue;
    const key = tableIdentity(declarations.dataSource, metadata);
    groups.set(key, [...(groups.get(key) ?? []), metadata]);
  }
  const tables = new Map<EntityMetadata, Table>();
  for (const group of groups.values()) {
    const table = compileTable(declarations, group);
    for (const metadata of group) tables.set(metadata, table);
  }
  return tables;
}

function compileTable(declarations: Declarations, group: readonly EntityMetadata[]): Table {
  const stamped = new Map(
    group.map((metadata) => [metadata, stampedColumns(declarations, metadata)]),
  );
  const rank = (metadata: EntityMetadata): number[] => {
    const own = stamped.get(metadata);
    const isTop = metadata.tableType !== "entity-child";
    const isOurs = own !== undefined && isComplete(own);
    return [isTop, metadata.synchronize && isOurs, metadata.synchronize, isOurs]
      .map(Number)
      .concat(metadata.columns.length);
  };
  // Not by the order in which the data source lists its entities.
  const metadatas = [...group].sort(
    (one, other) => compare(rank(other), rank(one)) || (one.name < other.name ? -1 : 1),
  );
  const [metadata] = metadatas as [EntityMetadata];
  const columns = new Map<string, Column>();
  for (const column of metadatas.flatMap((one) => [...one.primaryColumns, ...one.columns])) {
    if (!columns.has(column.databaseName)) columns.set(column.databaseName, column);
  }
  const [discriminator] = metadatas.flatMap((one) => one.discriminatorColumn ?? []);
  const kinds = metadatas
    .filter((one) => one.discriminatorColumn?.databaseName === discriminator?.databaseName)
    .map((one): unknown => one.discriminatorValue);
  const table: PlainTable = {
    metadata,
    metadatas,
    name: metadata.name,
    primary: metadata.primaryColumns,
    columns,
    discriminator: discriminator && columns.get(discriminator.databaseName),
    kinds: discriminator ? [...new Set(kinds)] : [undefined],
  };
  const softDelete = softDeleteColumns(
    table,
    metadatas.flatMap((one) => stamped.get(one) ?? []),
  );
  return { ...table, softDelete };
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
