import type { PrimaryKey } from "../errors";

/**
 * What `check()` can find.
 *
 * Rows that break a law: `deleted-without-deletion-id`, `active-with-deletion-id`, `invalid-deletion-id`,
 * `deleted-flag-out-of-step`, `active-below-deleted-parent`.
 *
 * Set-up that does not do what it says: `subscriber-missing`, `subscriber-ignored`, `unique-condition-dropped`,
 * `unique-key-over-delete-date`.
 *
 * Set-up that works, but slowly or with a surprise: `foreign-key-without-index`, `undo-index-missing`,
 * `unique-key-ignores-deletion`, `one-to-one-ignores-deletion`, `database-cascade`, `database-set-null`,
 * `timestamp-without-time-zone`, `many-to-many-drops-deleted`, `unmapped-delete-date`, `missing-columns`.
 */
export type CheckCode =
  | "deleted-without-deletion-id"
  | "active-with-deletion-id"
  | "invalid-deletion-id"
  | "deleted-flag-out-of-step"
  | "active-below-deleted-parent"
  | "subscriber-missing"
  | "subscriber-ignored"
  | "unique-condition-dropped"
  | "unique-key-over-delete-date"
  | "unique-key-ignores-deletion"
  | "one-to-one-ignores-deletion"
  | "foreign-key-without-index"
  | "undo-index-missing"
  | "database-cascade"
  | "database-set-null"
  | "timestamp-without-time-zone"
  | "many-to-many-drops-deleted"
  | "unmapped-delete-date"
  | "missing-columns";

/** One thing that `check()` has found. */
export interface CheckFinding {
  /** What it is, for a program to decide by. */
  readonly code: CheckCode;
  /** An `error` breaks a law of this package, or does not do what it says; a `warning` works, with a price. */
  readonly severity: "error" | "warning";
  /** The entity whose table is concerned; `*` for the data source as a whole. */
  readonly entity: string;
  /** What is wrong, and where. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  /** How many rows, for a finding about rows. */
  readonly count?: number;
  /** The primary keys of some of these rows. */
  readonly sampleIds?: readonly PrimaryKey[];
}
