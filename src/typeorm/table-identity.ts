import type { DataSource, EntityMetadata, Table } from "typeorm";

/**
 * What tells a table, an entity's or one as TypeORM has loaded it, from others, whether or not it states the schema or the database that is the default.
 *
 * Leans on `Driver.parseTableName()`, which fills in the defaults.
 *
 * @internal
 */
export function tableIdentity({ driver }: DataSource, table: EntityMetadata | Table): string {
  const { database, schema, tableName } = driver.parseTableName(table);
  return JSON.stringify([database, schema, tableName]);
}
