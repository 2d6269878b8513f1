/** How many offending rows an error names at most. */
export const SAMPLE_SIZE = 10;

/** The primary key of a row: one property per primary column. */
export type PrimaryKey = Readonly<Record<string, unknown>>;

/**
 * The base of every error that this package throws. Tell them apart by `code`, which also works across two installed
 * copies of the package.
 */
export abstract class SoftDeleteError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

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
  static unsupportedDatabase(type: string): SoftDeleteConfigurationError {
    return new SoftDeleteConfigurationError(
      `The database type "${type}" is not supported. Use postgres, cockroachdb, better-sqlite3, mysql or mariadb.`,
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

/** The criteria of a call cannot be used. Nothing is written. */
export class SoftDeleteCriteriaError extends SoftDeleteError {
  readonly code = "SOFT_DELETE_CRITERIA";

  /** @internal */
  static empty(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): empty criteria are not allowed, they would match every row. Pass an id, a list of ids ` +
        `or a where object.`,
    );
  }

  /** @internal */
  static bareOperator(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): a find operator alone is not a condition. Say of which property: { id: In([...]) }.`,
    );
  }

  /** @internal */
  static missingValue(method: string, path: string, value: unknown): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} is ${String(value)} in the criteria. Use IsNull() to match null, or leave the property out.`,
    );
  }

  /** @internal */
  static purgedRelation(path: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `purge: ${path} in the where leads to rows that the same purge removes first. Use conditions on the entity's own ` +
        `columns or on its parents.`,
    );
  }

  /** @internal */
  static invalidDeletionId(value: unknown): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `restoreDeletion: ${JSON.stringify(value)} is not a deletion id. Pass the deletionId of a SoftDeleteResult or ` +
        `of a deleted row.`,
    );
  }

  /** @internal */
  static notPersisted(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): the given object has no primary key, so there is no row to work on. Save it first.`,
    );
  }
}

/** Children with the policy `RESTRICT` that are still active. */
export class SoftDeleteRestrictedError extends SoftDeleteError {
  readonly code = "SOFT_DELETE_RESTRICTED";

  constructor(
    /** The restricting relation, as `Entity.property`. */
    readonly relation: string,
    /** How many active children restrict the deletion. */
    readonly count: number,
    /** The primary keys of some of them. */
    readonly sampleIds: readonly PrimaryKey[],
    parent: string,
  ) {
    super(
      `${parent} cannot be soft-deleted: ${String(count)} active row(s) refer to it through ${relation}, whose policy is ` +
        `RESTRICT, for example ${describeKeys(sampleIds)}. Delete or move them first.`,
    );
  }
}

/** A row cannot be removed for good, because something that is not removed with it refers to it. Nothing was removed. */
export class StillReferencedError extends SoftDeleteError {
  readonly code = "STILL_REFERENCED";

  constructor(
    entity: string,
    /** The relation that holds the foreign key, as `Entity.property`; null when no entity has it. */
    readonly relation: string | null,
    /** How many rows refer through it. */
    readonly count: number,
    /** The primary keys of some of them. */
    readonly sampleIds: readonly PrimaryKey[],
    options: ErrorOptions,
  ) {
    super(
      (relation === null
        ? `${entity} cannot be removed for good: a foreign key that no entity declares refers to it.`
        : `${entity} cannot be removed for good: ${String(count)} row(s) refer to it through ${relation}, for example ` +
          `${describeKeys(sampleIds)}.`) +
        ` Remove or move them first, or let the relation cascade with @OnSoftDelete("CASCADE").`,
      options,
    );
  }
}

/** A parent that stays deleted, by which a restored row would hang. */
export interface DeletedParent {
  /** The relation from the row to that parent, as `Entity.property`. */
  readonly relation: string;
  /** The parent's entity name. */
  readonly entity: string;
  readonly id: PrimaryKey;
  /** Null when the parent was soft-deleted outside this package. */
  readonly deletionId: string | null;
}

/** A restore, or with the option `guardReferences` a write, would leave an active row below a deleted parent. */
export class ParentDeletedError extends SoftDeleteError {
  readonly code = "PARENT_DELETED";

  constructor(
    entity: string,
    /** Every parent that stays deleted. */
    readonly parents: readonly DeletedParent[],
    attempt: "restore" | "refer" = "restore",
  ) {
    const names = parents
      .slice(0, SAMPLE_SIZE)
      .map((parent) => `${parent.entity} ${describeKey(parent.id)} (${parent.relation})`)
      .join(", ");
    super(
      attempt === "restore"
        ? `${entity} cannot be restored: it would be active below a deleted parent: ${names}. Restore the parent first, ` +
            `or pass { parents: "restore" } to restore it as well, or { parents: "hand-over" } to let the row come back ` +
            `with its parent.`
        : `An active ${entity} cannot refer to a deleted parent: ${names}. Restore the parent first, or refer to an ` +
            `active one.`,
    );
  }
}

/** With the option `hardDelete: "forbid"`: a call of TypeORM's own would remove rows for good. Nothing was removed. */
export class HardDeleteForbiddenError extends SoftDeleteError {
  readonly code = "HARD_DELETE_FORBIDDEN";

  constructor(
    /** The entity whose rows were to be removed. */
    readonly entity: string,
  ) {
    super(
      `${entity} cannot be removed for good: the subscriber's option hardDelete is "forbid". Use softRemove() or ` +
        `softDelete(), or forceDelete(), forceRemove() or purge() of this package where rows have to go for good.`,
    );
  }
}

/** With the option `writesToDeleted: "forbid"`: a `save()` would change a deleted row. Nothing was written. */
export class DeletedEntityWriteError extends SoftDeleteError {
  readonly code = "DELETED_ENTITY_WRITE";

  constructor(
    readonly entity: string,
    readonly id: PrimaryKey,
  ) {
    super(
      `${entity} ${describeKey(id)} cannot be saved: it is deleted, and the subscriber's option writesToDeleted is ` +
        `"forbid". Restore it first.`,
    );
  }
}

/** Two rows that cannot be active together: one that was to be restored, and the one that has its unique key. */
export interface RestoreConflict {
  /** The row that was to be restored. */
  readonly id: PrimaryKey;
  /** The row that has the key: an active one, or another one of the same restore. */
  readonly conflictsWith: PrimaryKey;
}

/** A unique key of a row that was to be restored is taken. Nothing was restored. */
export class RestoreConflictError extends SoftDeleteError {
  readonly code = "RESTORE_CONFLICT";

  constructor(
    readonly entity: string,
    /** The name of the unique index or constraint. */
    readonly constraint: string,
    /** The properties that it is over. */
    readonly columns: readonly string[],
    /** Some of the rows that collide. */
    readonly conflicts: readonly RestoreConflict[],
    options: ErrorOptions,
  ) {
    const pairs = conflicts
      .map(({ id, conflictsWith }) => `${describeKey(id)} with ${describeKey(conflictsWith)}`)
      .join(", ");
    super(
      `${entity} cannot be restored: the unique key ${constraint} over ${columns.join(", ")} is taken` +
        (pairs === "" ? "." : ` (${pairs}).`) +
        ` Change or delete the row that has it, then restore again.`,
      options,
    );
  }
}

/** No row carries the given deletion id. */
export class DeletionNotFoundError extends SoftDeleteError {
  readonly code = "DELETION_NOT_FOUND";

  constructor(readonly deletionId: string) {
    super(
      `No row carries the deletion id ${deletionId}. It was restored already, or its rows were purged.`,
    );
  }
}

/** @internal */
export function describeKey(key: PrimaryKey): string {
  const values = Object.values(key);
  return values.length === 1 ? JSON.stringify(values[0]) : JSON.stringify(key);
}

function describeKeys(keys: readonly PrimaryKey[]): string {
  return keys.map(describeKey).join(", ");
}
