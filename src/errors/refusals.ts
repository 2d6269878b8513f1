import { describeKey, describeKeys, SoftDeleteError, type PrimaryKey } from "./soft-delete-error";

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
    what: "soft-deleted" | "removed for good" = "soft-deleted",
  ) {
    super(
      `${parent} cannot be ${what}: ${String(count)} active row(s) refer to it through ${relation}, whose policy is ` +
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

/** A write through `onlyDeleted()` that could reach active rows, or would do nothing there. Nothing was written. */
export class ScopeWriteError extends SoftDeleteError {
  readonly code = "SCOPE_WRITE";

  constructor(
    readonly entity: string,
    /** The method that was called. */
    readonly method: string,
    remedy: string,
  ) {
    super(`${entity}: ${method}() is not for onlyDeleted(), whose rows are deleted. ${remedy}`);
  }
}
