import { SoftDeleteConfigurationError } from "./configuration";

/** @internal */
export function uniqueWithoutGeneratedColumn(path: string): SoftDeleteConfigurationError {
  return new SoftDeleteConfigurationError(
    `${path}: MySQL and MariaDB have no partial indexes, and the key would be unique among deleted rows as well. ` +
      `Remove { generatedColumn: false } from @UniqueActive().`,
  );
}

/** @internal */
export function mariaDbAsMysql(path: string): SoftDeleteConfigurationError {
  return new SoftDeleteConfigurationError(
    `${path}: the server is a MariaDB, for which TypeORM writes the generated column of @UniqueActive() wrongly under ` +
      `the type "mysql". Set type: "mariadb" in the data source's options.`,
  );
}

/** @internal */
export function uniqueOnOtherColumn(path: string, deletedAt: string): SoftDeleteConfigurationError {
  return new SoftDeleteConfigurationError(
    `${path}: the generated column of @UniqueActive() goes by another delete date than ${deletedAt}: an entity on the same ` +
      `table has a key of that kind too. Let both have one delete-date column, declared on a common base class.`,
  );
}
