import { types } from "node:util";
import type { DataSource, EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import { idMapOf, type Column } from "../../typeorm/metadata";
import { ColumnValues } from "./column-value";
import { isOperator } from "./operators";
import type { Place } from "./place";
import { isPlain } from "./plain-object";

/** The primary keys among the items of criteria. */
export class PrimaryKeys {
  readonly #columns: ReadonlyMap<string, readonly [Column, ColumnValues]>;

  constructor(
    dataSource: DataSource,
    private readonly metadata: EntityMetadata,
  ) {
    this.#columns = new Map(
      metadata.primaryColumns.map((column) => [
        column.propertyPath,
        [column, new ColumnValues(dataSource, column)],
      ]),
    );
  }

  /**
   * A primary key as an object; undefined for an object of other conditions.
   *
   * @throws SoftDeleteCriteriaError for what is neither, and for a value that the key cannot have.
   */
  read(at: () => Place, item: unknown): ObjectLiteral | undefined {
    if (isPlain(item)) return this.#isKey(at, item) ? item : undefined;
    const [column, second] = this.#columns.values();
    const isValue = typeof item !== "object" || types.isDate(item) || item instanceof Uint8Array;
    if (!isValue || item === undefined || item === "") throw this.#refusal(at(), item);
    if (!column || second)
      throw SoftDeleteCriteriaError.partialKey(at().method, this.metadata.name);
    column[1].prepare(at(), item);
    return idMapOf(this.metadata, item);
  }

  #isKey(at: () => Place, item: ObjectLiteral): boolean {
    const values = [...flattened(item, "")];
    if (values.length !== this.#columns.size) return false;
    return values.every(([path, value]) => {
      const [column, kept] = this.#columns.get(path) ?? [];
      if (!column || column.relationMetadata || value === null || isOperator(value)) return false;
      kept?.prepare(at().below(`.${path}`), value);
      return true;
    });
  }

  #refusal(place: Place, item: unknown): SoftDeleteCriteriaError {
    const { method } = place;
    const { name, target } = this.metadata;
    if (item === undefined || item === null || item === "") {
      return SoftDeleteCriteriaError.empty(method, place.path);
    }
    if (isOperator(item)) return SoftDeleteCriteriaError.bareOperator(method, name);
    if (Array.isArray(item)) return SoftDeleteCriteriaError.nestedList(method, place.path);
    if (typeof target === "function" && item instanceof target) {
      return SoftDeleteCriteriaError.entityObject(method, name);
    }
    return SoftDeleteCriteriaError.notConditions(method, place.path, item);
  }
}

/** The values of an object and of the objects in it, by property path. */
function* flattened(
  object: ObjectLiteral,
  prefix: string,
): Generator<[path: string, value: unknown]> {
  for (const [property, value] of Object.entries(object) as [string, unknown][]) {
    const isEmpty = isPlain(value) && Object.keys(value).length === 0;
    if (isPlain(value) && !isEmpty) yield* flattened(value, `${prefix}${property}.`);
    else yield [prefix + property, value];
  }
}
