import type { DataSource } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { Dialect } from "./dialect";
import { PostgresDialect } from "./postgres";
import { SqliteDialect } from "./sqlite";
import { MysqlDialect } from "./mysql-and-mariadb";

const dialects = new WeakMap<DataSource, Dialect>();

/**
 * The dialect of a data source.
 *
 * @throws SoftDeleteConfigurationError for a database that is not supported, or entities that it cannot serve.
 */
export function dialectOf(dataSource: DataSource): Dialect {
  const known = dialects.get(dataSource);
  if (known) return known;
  const dialect = create(dataSource);
  for (const unique of SoftDeleteGraph.of(dataSource).uniques) dialect.refuseUnique(unique);
  // Of one that is not connected yet neither the entities nor the server are known.
  if (dataSource.isInitialized) dialects.set(dataSource, dialect);
  return dialect;
}

function create(dataSource: DataSource): Dialect {
  const { type } = dataSource.options;
  switch (type) {
    case "postgres":
    case "cockroachdb":
      return new PostgresDialect(dataSource);
    case "better-sqlite3":
    case "sqljs":
      return new SqliteDialect(dataSource);
    case "mysql":
    case "mariadb":
      return new MysqlDialect(dataSource);
    default:
      throw SoftDeleteConfigurationError.unsupportedDatabase(type);
  }
}
