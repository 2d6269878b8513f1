import type { DataSource, EntityMetadata } from "typeorm";

/**
 * A name of a table, a column or an alias, quoted as TypeORM quotes it.
 *
 * Leans on `Driver.escape()`.
 *
 * @internal
 */
export function quoted(dataSource: DataSource, name: string): string {
  return dataSource.driver.escape(name);
}

/**
 * The name of an entity's table, quoted, with its schema or database where it has one.
 *
 * Leans on `tablePath` being what TypeORM's query builder quotes part by part. A part is empty where SQL Server's schema is
 * left out.
 *
 * @internal
 */
export function quotedTable(metadata: EntityMetadata): string {
  return metadata.tablePath
    .split(".")
    .map((part) => (part === "" ? part : quoted(metadata.dataSource, part)))
    .join(".");
}
