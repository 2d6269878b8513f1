import { UpdateResult } from "typeorm";

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
