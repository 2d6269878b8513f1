/** How many offending rows an error names at most. */
export const SAMPLE_SIZE = 10;

/** The primary key of a row: one property per primary column. */
export type PrimaryKey = Readonly<Record<string, unknown>>;

/** What tells the errors of this package apart. */
export type SoftDeleteErrorCode =
  | "SOFT_DELETE_CONFIGURATION"
  | "SOFT_DELETE_CRITERIA"
  | "SOFT_DELETE_OPTION"
  | "SOFT_DELETE_RESTRICTED"
  | "PARENT_DELETED"
  | "RESTORE_CONFLICT"
  | "DELETION_NOT_FOUND"
  | "STILL_REFERENCED"
  | "HARD_DELETE_FORBIDDEN"
  | "DELETED_ENTITY_WRITE"
  | "SCOPE_WRITE"
  | "CONNECTION_BUSY"
  | "BROKEN_TRANSACTION"
  | "UNKNOWN_ROWS";

/**
 * The base of every error that this package throws. Tell them apart by `code`, which also works across two installed
 * copies of the package.
 */
export abstract class SoftDeleteError extends Error {
  abstract readonly code: SoftDeleteErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** @internal */
export function describeKey(key: PrimaryKey): string {
  const values = Object.values(key);
  return values.length === 1 ? JSON.stringify(values[0]) : JSON.stringify(key);
}

/** @internal */
export function describeKeys(keys: readonly PrimaryKey[]): string {
  return keys.map(describeKey).join(", ");
}
