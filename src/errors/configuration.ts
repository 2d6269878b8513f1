import { SoftDeleteError } from "./soft-delete-error";

/** The entities or the options contradict themselves. Thrown before anything is written. */
export class SoftDeleteConfigurationError extends SoftDeleteError {
  readonly code = "SOFT_DELETE_CONFIGURATION";

  /** @internal */
  static notSoftDeletable(entity: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${entity} cannot be soft-deleted: it has no delete-date column or no deletion id column. ` +
        `Extend SoftDeletable, or add @DeletionIdColumn() beside @DeleteDateColumn().`,
    );
  }

  /** @internal */
  static unknownPolicy(path: string, policy: unknown): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: ${JSON.stringify(policy)} is not a policy. Use @OnSoftDelete("CASCADE"), "RESTRICT" or "KEEP".`,
    );
  }

  /** @internal */
  static policyNotOnForeignKey(path: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: @OnSoftDelete() belongs on a many-to-one or on the one-to-one that has @JoinColumn(), ` +
        `like TypeORM's onDelete. Move it to the side that holds the foreign key.`,
    );
  }

  /** @internal */
  static cascadeWithoutDeletionId(path: string, entity: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: the cascade reaches ${entity}, which cannot be soft-deleted by this package: it has no ` +
        `delete-date column or no deletion id column. Let ${entity} extend SoftDeletable (or add ` +
        `@DeletionIdColumn() beside @DeleteDateColumn()), or put @OnSoftDelete("KEEP") on the relation that holds ` +
        `the foreign key.`,
    );
  }

  /** @internal */
  static parentNotSoftDeletable(path: string, entity: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: the policy acts when a ${entity} is soft-deleted, but ${entity} has no delete-date column or no ` +
        `deletion id column. Let ${entity} extend SoftDeletable, or remove @OnSoftDelete().`,
    );
  }

  /** @internal */
  static deletionIdWithoutDeleteDate(path: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: a deletion id column needs a delete-date column in the same entity. Add @DeleteDateColumn(), or ` +
        `extend SoftDeletable.`,
    );
  }

  /** @internal */
  static policyToView(path: string, policy: string, view: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: @OnSoftDelete("${policy}") acts when a ${view} is soft-deleted, but ${view} is a view, whose rows nobody ` +
        `deletes. Remove @OnSoftDelete(), or put it on a relation to the entity behind the view.`,
    );
  }

  /** @internal */
  static contradictoryPolicies(
    one: { readonly path: string; readonly policy: string },
    other: { readonly path: string; readonly policy: string },
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${one.path} says @OnSoftDelete("${one.policy}"), and ${other.path} says @OnSoftDelete("${other.policy}") of the same ` +
        `foreign key. Let both say the same, or only one of them say something.`,
    );
  }

  /** @internal */
  static severalColumns(
    entity: string,
    part: string,
    paths: readonly string[],
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${entity} has several ${part} columns: ${paths.join(" and ")}. A deletion can write only one. Keep one of them, and ` +
        `declare the others as plain @Column().`,
    );
  }

  /** @internal */
  static contradictoryColumns(
    table: string,
    part: string,
    paths: readonly string[],
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${paths.join(" and ")} are different ${part} columns of the same table ${table}. A deletion can write only one. Let ` +
        `both entities name the same column.`,
    );
  }

  /** @internal */
  static restatedColumn(
    path: string,
    restating: string,
    base: string,
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: ${restating} declares the column again that it inherits from ${base}, and TypeORM silently ignores the ` +
        `second declaration. Remove it; to give the column other options, extend withSoftDelete(Base, { ... }) in place of ` +
        `SoftDeletable.`,
    );
  }

  /** @internal */
  static notATimestamp(path: string, type: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: the type of the delete-date column is "${type}", which cannot hold the moment of a deletion. Leave the type ` +
        `to @DeleteDateColumn(), or use a timestamp or datetime type of the database.`,
    );
  }

  /** @internal */
  static schemaWithoutAnnotation(name: string, property: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${name}.${property}: the schema has the columns of softDeleteSchemaColumns, but nothing says that they are. Pass the ` +
        `EntitySchema through softDeleteSchema(schema).`,
    );
  }

  /** @internal */
  static unsupportedDatabase(type: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `The database type "${type}" is not supported. Use postgres, cockroachdb, better-sqlite3, sqljs, mysql or mariadb.`,
    );
  }

  /** @internal */
  static invalidOption(
    option: string,
    value: unknown,
    allowed: string,
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `The option ${option} is ${JSON.stringify(value)}. Use ${allowed}.`,
    );
  }

  /** @internal */
  static textTooLong(path: string, length: number, limit: number): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path} holds ${String(limit)} characters, and the given text has ${String(length)}. Pass a shorter one, or give ` +
        `the column a greater length.`,
    );
  }

  /** @internal */
  static quotedDeleteDate(path: string, column: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: @UniqueActive() cannot use the delete-date column "${column}": its name would have to be quoted, ` +
        `differently on each database. Give the column a lower-case name, or pass { generatedColumn: false } if the ` +
        `application never runs on MySQL or MariaDB.`,
    );
  }

  /** @internal */
  static uniqueWithoutGeneratedColumn(path: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: MySQL and MariaDB have no partial indexes, and the key would be unique among deleted rows as well. ` +
        `Remove { generatedColumn: false } from @UniqueActive().`,
    );
  }

  /** @internal */
  static mariaDbAsMysql(path: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: the server is a MariaDB, for which TypeORM writes the generated column of @UniqueActive() wrongly under ` +
        `the type "mysql". Set type: "mariadb" in the data source's options.`,
    );
  }

  /** @internal */
  static uniqueOnOtherColumn(
    path: string,
    used: string,
    actual: string,
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: @UniqueActive() was made for a delete-date column "${used}", but the entity's is "${actual}". ` +
        `Pass { deletedAt: "${actual}" }.`,
    );
  }

  /** @internal */
  static noLog(): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `deletions() reads the log, which this data source does not keep. Add SoftDeleteLog to its entities.`,
    );
  }

  /** @internal */
  static severalSubscribers(names: readonly string[]): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `The data source has several soft delete subscribers: ${names.join(", ")}. Register one; a class with listeners ` +
        `extends SoftDeleteSubscriber.with({ ... }), and is listed alone.`,
    );
  }

  /** @internal */
  static undecoratedSubscriber(name: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${name}: TypeORM ignores a subscriber class without its own @EventSubscriber(). Add @EventSubscriber() to ${name}.`,
    );
  }
}
