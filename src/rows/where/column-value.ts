import type { DataSource } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import { toDatabase } from "../../typeorm/column-values";
import type { Column } from "../../typeorm/metadata";
import type { Place } from "./place";
import { valueKind, type ValueKind } from "./value-kind";

/**
 * Values for one column, in the form in which the driver takes them. What the column's type cannot hold is refused: a database
 * would end in an error, or take every text for 0 and `"1 or so"` for 1.
 *
 * @internal
 */
export class ColumnValues {
  readonly #kind: ValueKind;

  constructor(
    private readonly dataSource: DataSource,
    private readonly column: Column,
  ) {
    this.#kind = valueKind(dataSource, column);
  }

  /** @throws SoftDeleteCriteriaError for a value that the column cannot hold. */
  prepare(place: Place, value: unknown): unknown {
    if (value === null || value === undefined) {
      throw SoftDeleteCriteriaError.missingValue(place.method, place.path, value);
    }
    if (this.#kind.isLoose === true) place.leaveUnchecked();
    const { transformer, isVirtualProperty } = this.column;
    if (transformer === undefined) this.#refuseUnfit(place, value);
    if (isVirtualProperty) return value;
    const prepared = this.#prepared(place, value);
    if (transformer !== undefined) this.#refuseUnfit(place, prepared);
    // Of an enum a number may be a member's place in the list.
    if (this.column.enum) return String(prepared);
    return prepared instanceof Uint8Array && !Buffer.isBuffer(prepared)
      ? Buffer.from(prepared)
      : prepared;
  }

  #refuseUnfit(place: Place, value: unknown): void {
    if (this.#kind.holds(value)) return;
    throw SoftDeleteCriteriaError.unfit(place.method, place.path, value, this.#kind.words);
  }

  #prepared(place: Place, value: unknown): unknown {
    try {
      return toDatabase(this.dataSource, this.column, value);
    } catch (cause) {
      const wanted = "a value that the column's transformer takes";
      throw SoftDeleteCriteriaError.unfit(place.method, place.path, value, wanted, cause);
    }
  }
}
