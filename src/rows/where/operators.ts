import { ILike, InstanceChecker, Like, type EntityManager, type FindOperator } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import { dialectOf } from "../../sql";
import type { Dialect } from "../../sql/dialect";
import { foreign, sql, type Sql } from "../../sql/sql";
import type { Column } from "../../typeorm/metadata";
import { predicateText } from "../../typeorm/query-text";
import { virtualSql } from "../../typeorm/virtual-columns";
import { ColumnValues } from "./column-value";
import type { Place } from "./place";
import { isScalar, isText } from "./scalars";
import { allOf, anyOf } from "./together";

/** Whether a value is one of TypeORM's find operators, of whichever copy of TypeORM. @internal */
export function isOperator(value: unknown): value is FindOperator<unknown> {
  return InstanceChecker.isFindOperator(value);
}

const COMPARISONS: Readonly<Record<string, string>> = {
  lessThan: "<",
  lessThanOrEqual: "<=",
  moreThan: ">",
  moreThanOrEqual: ">=",
};

/** Of an operator that counts related rows, how SQL writes it; undefined for others. @internal */
export function comparisonOf(operator: FindOperator<unknown>): string | undefined {
  return COMPARISONS[operator.type];
}

/** Conditions on one column of a row. */
export class ColumnCondition {
  readonly #dialect: Dialect;
  readonly #values: ColumnValues;

  constructor(
    private readonly manager: EntityManager,
    private readonly alias: string,
    private readonly column: Column,
  ) {
    this.#dialect = dialectOf(manager.dataSource);
    this.#values = new ColumnValues(manager.dataSource, column);
  }

  /** @throws SoftDeleteCriteriaError for a value or an operator that does not fit the column. */
  of(place: Place, value: unknown): Sql {
    if (isOperator(value)) return this.#operator(place, value);
    return this.#isOneOf([this.#values.prepare(place, value)]);
  }

  get #text(): string {
    const { column, alias } = this;
    const { names } = this.#dialect;
    return virtualSql(column, alias) ?? names.of(alias, column);
  }

  #isOneOf(values: readonly unknown[]): Sql {
    if (this.column.isVirtualProperty || this.column.isArray) {
      return anyOf(values.map((value) => sql`${this.#text} = ${this.#operand(value)}`));
    }
    return this.#dialect.anyKey(
      this.alias,
      [this.column],
      values.map((value) => [value]),
    );
  }

  #operand(value: unknown): Sql {
    return this.#dialect.operand(this.column, value);
  }

  #operator(place: Place, operator: FindOperator<unknown>): Sql {
    const { type } = operator;
    const here = place.below("");
    const value = operator.child ?? operator.value;
    const comparison = COMPARISONS[type];
    if (comparison !== undefined) {
      return sql`${this.#text} ${comparison} ${this.#operand(this.#values.prepare(here, value))}`;
    }
    switch (type) {
      case "isNull":
        return sql`${this.#text} IS NULL`;
      case "equal":
        return this.of(here, value);
      case "not":
        this.#refuseNothing(here, value);
        return sql`NOT (${this.of(here, value)})`;
      case "and":
      case "or": {
        const parts = listIn(here, value).map((one) => this.of(here, one));
        return type === "and" ? allOf(parts) : anyOf(parts);
      }
      case "in":
        return this.#isOneOf(listIn(here, value, 0).map((one) => this.#values.prepare(here, one)));
      case "between": {
        const [from, to] = listIn(here, value, 2).map((one) =>
          this.#operand(this.#values.prepare(here, one)),
        );
        return sql`${this.#text} BETWEEN ${from ?? ""} AND ${to ?? ""}`;
      }
      default:
        return this.#written(here, operator);
    }
  }

  /** `Not(In([]))` would match every row. */
  #refuseNothing(place: Place, value: unknown): void {
    if (!isOperator(value)) return;
    const inner = value.child ?? value.value;
    if (value.type === "in" && Array.isArray(inner) && inner.length === 0) {
      throw SoftDeleteCriteriaError.emptyList(place.method, place.path);
    }
    if (value.type === "not") this.#refuseNothing(place, inner);
    if (Array.isArray(inner)) for (const one of inner) this.#refuseNothing(place, one);
  }

  /** An operator whose SQL is TypeORM's own. */
  #written(place: Place, operator: FindOperator<unknown>): Sql {
    place.leaveUnchecked();
    const { text, parameters } = predicateText(
      this.manager,
      this.#text,
      this.#checked(place, operator),
    );
    return sql`(${foreign(text, parameters)})`;
  }

  #checked(place: Place, operator: FindOperator<unknown>): FindOperator<unknown> {
    const { type } = operator;
    const value: unknown = operator.value;
    switch (type) {
      case "raw":
        return operator;
      case "like":
        return Like(this.#pattern(place, value));
      case "ilike":
        return ILike(this.#pattern(place, value));
      case "any":
      case "arrayContains":
      case "arrayContainedBy":
      case "arrayOverlap":
        this.#refuseForeign(place, type);
        if (!listIn(place, value).every(isScalar)) break;
        return operator;
      case "jsonContains":
        this.#refuseForeign(place, type);
        if (typeof value !== "object" || value === null || Object.keys(value).length === 0) break;
        return operator;
      default:
        throw SoftDeleteCriteriaError.operator(place.method, place.path, type);
    }
    throw SoftDeleteCriteriaError.unfit(place.method, place.path, value, `what ${type} compares`);
  }

  #pattern(place: Place, value: unknown): string {
    const pattern =
      this.column.transformer === undefined ? value : this.#values.prepare(place, value);
    if (isText(pattern)) return pattern;
    throw SoftDeleteCriteriaError.unfit(place.method, place.path, value, "a pattern as text");
  }

  #refuseForeign(place: Place, type: string): void {
    if (this.#dialect.hasArrays) return;
    throw SoftDeleteCriteriaError.operator(place.method, place.path, type);
  }
}

/** The values of an operator that takes several. */
function listIn(place: Place, value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw SoftDeleteCriteriaError.unfit(place.method, place.path, value, "a list");
  }
  const list = value as unknown[];
  if (length === undefined && list.length === 0) {
    throw SoftDeleteCriteriaError.emptyList(place.method, place.path);
  }
  if (length === 2 && list.length !== 2) {
    throw SoftDeleteCriteriaError.unfit(place.method, place.path, value, "two values");
  }
  return list;
}
