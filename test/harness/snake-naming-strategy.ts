import { DefaultNamingStrategy } from "typeorm";
import { snakeCase } from "typeorm/util/StringUtils";

/**
 * What the `SnakeNamingStrategy` of typeorm-naming-strategies does with tables, columns and foreign keys. That package refuses
 * TypeORM 1.x as its peer.
 */
export class SnakeNamingStrategy extends DefaultNamingStrategy {
  override tableName(className: string, customName?: string): string {
    return customName ?? snakeCase(className);
  }

  override columnName(
    property: string,
    customName: string | undefined,
    prefixes: string[],
  ): string {
    return snakeCase([...prefixes, ""].join("_")) + (customName ?? snakeCase(property));
  }

  override relationName(property: string): string {
    return snakeCase(property);
  }

  override joinColumnName(relation: string, referenced: string): string {
    return snakeCase(`${relation}_${referenced}`);
  }

  override joinTableName(first: string, second: string, property: string): string {
    return snakeCase(`${first}_${property.replaceAll(".", "_")}_${second}`);
  }

  override joinTableColumnName(table: string, property: string, column?: string): string {
    return snakeCase(`${table}_${column ?? property}`);
  }
}
