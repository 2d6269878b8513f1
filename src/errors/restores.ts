import { describeKey, SAMPLE_SIZE, SoftDeleteError, type PrimaryKey } from "./soft-delete-error";

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
    /** The property paths that it is over; of a relation, with the property to which it refers: `team.id`. */
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
