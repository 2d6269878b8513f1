import { DeleteResult, UpdateResult } from "typeorm";

import type { Restriction } from "./restrict";

/** Numbers of rows by entity name. Single-table inheritance counts under the entity at the top of the table. */
export type Counts = Readonly<Record<string, number>>;

/** What a soft delete did. {@link UpdateResult.affected} counts the rows that the criteria matched. */
export class SoftDeleteResult extends UpdateResult {
  override readonly raw: unknown = [];
  override readonly generatedMaps = [];

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
  }

  /** The number of rows that were deleted, cascaded ones too. */
  get total(): number {
    return sum(this.counts);
  }
}

/**
 * What a restore did. {@link UpdateResult.affected} counts the rows that the criteria matched, or, by deletion id, the rows
 * of the deletion that hang by no other row of it.
 */
export class RestoreResult extends UpdateResult {
  override readonly raw: unknown = [];
  override readonly generatedMaps = [];

  /** @internal */
  constructor(
    override readonly affected: number,
    /** The rows that were restored. */
    readonly counts: Counts,
    /** The rows that stay deleted because of a parent, and now belong to that parent's deletion. */
    readonly handedOver: number,
  ) {
    super();
  }

  /** The number of rows that were restored. */
  get total(): number {
    return sum(this.counts);
  }
}

/** What a soft delete would do. */
export class SoftDeletePreview {
  /** @internal */
  constructor(
    /** The rows that would be deleted, cascaded ones too. */
    readonly counts: Counts,
    /** What would refuse it: active children over `RESTRICT` relations. Empty when nothing does. */
    readonly restrictedBy: readonly Restriction[],
  ) {}

  /** The number of rows that would be deleted, cascaded ones too. */
  get total(): number {
    return sum(this.counts);
  }
}

/** What a removal for good did. {@link DeleteResult.affected} counts the rows that the criteria matched. */
export class ForceDeleteResult extends DeleteResult {
  override readonly raw: unknown = [];

  /** @internal */
  constructor(
    override readonly affected: number,
    /** The rows that were removed, cascaded ones too. Junction rows are not counted. */
    readonly counts: Counts,
  ) {
    super();
  }

  /** The number of rows that were removed, cascaded ones too. */
  get total(): number {
    return sum(this.counts);
  }
}

/** What a `settle()` did, or has done so far. */
export class SettleResult {
  /** @internal */
  constructor(
    /** The rows that were settled, and with `cascade` those that were taken along. */
    readonly counts: Counts,
  ) {}

  /** The number of those rows. */
  get total(): number {
    return sum(this.counts);
  }
}

/** Numbers of rows by entity name, while they are being counted. @internal */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, rows: number): number {
    if (rows > 0) this.#counts.set(name, this.of(name) + rows);
    return rows;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  toCounts(): Counts {
    return Object.fromEntries(this.#counts);
  }
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, rows) => total + rows, 0);
}
