import { DeleteResult, UpdateResult } from "typeorm";

import type { PrimaryKey } from "../errors";
import { type Counts, totalOf } from "../rows/tally";

/** What a soft delete did. {@link UpdateResult.affected} counts the rows that the criteria matched. */
export class SoftDeleteResult extends UpdateResult {
  override readonly raw: unknown = [];
  override readonly generatedMaps = [];

  /** The number of rows that were deleted, cascaded ones too. */
  readonly total: number;

  /** @internal */
  constructor(
    override readonly affected: number,
    /** Undoes the deletion, by `restoreDeletion`. Null when nothing was deleted. */
    readonly deletionId: string | null,
    /** When; null when nothing was deleted. */
    readonly deletedAt: Date | null,
    /** The rows that were deleted, cascaded ones too. */
    readonly counts: Counts,
  ) {
    super();
    this.total = totalOf(counts);
  }
}

/**
 * What a restore did. {@link UpdateResult.affected} counts the rows that the criteria matched, or, by deletion id, the rows
 * of the deletion that hang by no other row of it.
 */
export class RestoreResult extends UpdateResult {
  override readonly raw: unknown = [];
  override readonly generatedMaps = [];

  /** The number of rows that were restored. */
  readonly total: number;

  /** @internal */
  constructor(
    override readonly affected: number,
    /** The rows that were restored. */
    readonly counts: Counts,
    /** The rows that stay deleted because of a parent, and now belong to that parent's deletion. */
    readonly handedOver: number,
  ) {
    super();
    this.total = totalOf(counts);
  }
}

/** Active children that stand in the way of a deletion. */
export interface Restriction {
  /** The restricting relation, as `Entity.property`. */
  readonly relation: string;
  /** How many active children there are. */
  readonly count: number;
  /** The primary keys of some of them. */
  readonly sampleIds: readonly PrimaryKey[];
}

/** What a soft delete would do. */
export class SoftDeletePreview {
  /** The number of rows that would be deleted, cascaded ones too. */
  readonly total: number;

  /** @internal */
  constructor(
    /** The rows that would be deleted, cascaded ones too. */
    readonly counts: Counts,
    /** What would refuse it: active children over `RESTRICT` relations. Empty when nothing does. */
    readonly restrictedBy: readonly Restriction[],
  ) {
    this.total = totalOf(counts);
  }
}

/** What a removal for good did. {@link DeleteResult.affected} counts the rows that the criteria matched. */
export class ForceDeleteResult extends DeleteResult {
  override readonly raw: unknown = [];

  /** The number of rows that were removed, cascaded ones too. */
  readonly total: number;

  /** @internal */
  constructor(
    override readonly affected: number,
    /** The rows that were removed, cascaded ones too. Junction rows are not counted. */
    readonly counts: Counts,
  ) {
    super();
    this.total = totalOf(counts);
  }
}

/** What a `settle()` did, or has done so far. */
export class SettleResult {
  /** The number of those rows. */
  readonly total: number;

  /** @internal */
  constructor(
    /** The rows that were settled, and with `cascade` those that were taken along. */
    readonly counts: Counts,
  ) {
    this.total = totalOf(counts);
  }
}

/** Rows that were deleted long enough ago and are kept, because other rows still refer to them. */
export interface PurgeBlock {
  /** The relation that refers to them, as `Entity.property`; for a foreign key without a property, its table. */
  readonly relation: string;
  /** How many rows it keeps. A row that several relations keep counts for each. */
  readonly count: number;
}

/** Rows that the database refused to remove, or that somebody else had locked for too long. */
export interface PurgeFailure {
  readonly entity: string;
  /** How many rows. */
  readonly count: number;
  /** What the database said. */
  readonly error: unknown;
}

/** What a purge removed, or, as a dry run, would remove; to `onProgress`, what it has removed so far. */
export class PurgeResult {
  /** The number of rows that were removed. */
  readonly total: number;

  /** @internal */
  constructor(
    /** The rows that were removed, by entity. Junction rows are not counted. */
    readonly counts: Counts,
    /** The rows that are kept because other rows refer to them, by relation. Counted at the end. */
    readonly blocked: readonly PurgeBlock[],
    /** What could not be removed for another reason. */
    readonly failures: readonly PurgeFailure[],
  ) {
    this.total = totalOf(counts);
  }
}
