import type { DataSource } from "typeorm";

import { isMariaDb } from "../typeorm/server-version";
import { SoftDeleteConfigurationError } from "../errors";
import type { Table } from "./table";
import { entityAnnotations } from "./tables";

/** Refuses keys among active rows that would not be what they say on this database. @internal */
export function validateUniques(dataSource: DataSource, tables: Iterable<Table>): void {
  const partialIndexes = !/mysql|mariadb/.test(dataSource.options.type);
  for (const { metadata } of tables) {
    const targets = [
      metadata.target,
      ...metadata.childEntityMetadatas.map((child) => child.target),
    ];
    for (const unique of targets.flatMap(
      (target) => entityAnnotations(dataSource, target as string).uniques,
    )) {
      const path = `${metadata.name}.${unique.properties.join(", ")}`;
      const actual = metadata.deleteDateColumn?.databaseName;
      if (actual === undefined) throw SoftDeleteConfigurationError.notSoftDeletable(metadata.name);
      if (actual !== unique.deletedAt) {
        throw SoftDeleteConfigurationError.uniqueOnOtherColumn(path, unique.deletedAt, actual);
      }
      // For which TypeORM writes generated columns in a syntax that MariaDB refuses.
      if (unique.generated && dataSource.options.type === "mysql" && isMariaDb(dataSource)) {
        throw SoftDeleteConfigurationError.mariaDbAsMysql(path);
      }
      if (!unique.generated && !partialIndexes) {
        throw SoftDeleteConfigurationError.uniqueWithoutGeneratedColumn(path);
      }
    }
  }
}
