import type { DataSource, EntityMetadata } from "typeorm";

/**
 * What tells an entity's table from others, whether or not the entity states the schema or the database that is the default.
 *
 * Leans on `Driver.parseTableName()`, which fills in the defaults.
 *
 * @internal
 */
export function tableIdentity({ driver }: DataSource, metadata: EntityMetadata): string {
  const { database, schema, tableName } = driver.parseTableName(metadata);
  return JSON.stringify([database, schema, tableName]);
}
