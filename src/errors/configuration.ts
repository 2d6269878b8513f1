import { describeInvalid, describeNoOptions, describeUnknown } from "./option-errors";
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
  static unknownName(
    path: string,
    kind: "relation" | "column" | "option",
    known: readonly string[],
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: there is no such ${kind}. There are: ${known.join(", ") || "none"}.`,
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
  static policyWithoutColumns(
    path: string,
    policy: unknown,
    shared: string,
    view: string,
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `${path}: @OnSoftDelete(${JSON.stringify(policy)}) would do nothing, TypeORM has made no column for the relation. It ` +
        `shares the columns of ${shared}, which leads to the view ${view}, and that has no primary key. Give the ` +
        `relation a property name that no other entity of the table has.`,
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
    call: string,
    option: string,
    value: unknown,
    allowed: string,
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(describeInvalid(call, option, value, allowed));
  }

  /** @internal */
  static unknownOption(
    call: string,
    option: string,
    known: readonly string[],
  ): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(describeUnknown(call, option, known));
  }

  /** @internal */
  static noOptions(call: string, value: unknown): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(describeNoOptions(call, value));
  }

  /** @internal */
  static lateCallback(): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `event.afterCommit() was called after the operation had ended. Call it inside the listener, before what that returns ` +
        `has resolved.`,
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
