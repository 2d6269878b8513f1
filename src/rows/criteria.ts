import {
  FindOperator,
  type EntityManager,
  type EntityMetadata,
  type FindOptionsWhere,
  type ObjectLiteral,
} from "typeorm";

import { dialectOf } from "../sql";
import { and, foreign, or, sql, type Sql } from "../sql/sql";
import { isOfSoftDeletableKind } from "../sql/state";
import { SoftDeleteCriteriaError } from "../errors";
import { idMapOf } from "../typeorm/metadata";
import { conditionText, keysText } from "../typeorm/query-text";
import type { SoftDeleteTable } from "../plan/table";
import type { NamedRows } from "./named-rows";
import { byKeysOf } from "./by-keys";

/** What TypeORM's own `softDelete` takes: an id, a list of ids, a `where` object, a list of those. */
export type SoftDeleteCriteria<Entity extends ObjectLiteral> =
  | string
  | string[]
  | number
  | number[]
  | Date
  | Date[]
  | FindOptionsWhere<Entity>
  | FindOptionsWhere<Entity>[];

const OBJECTS_PER_STATEMENT = 200;
// Several megabytes of keys: what a server takes in one packet.
const KEYS_PER_STATEMENT = 200_000;

/** The rows `c` that criteria name, in conditions that are each small enough for one statement; none for an empty list. @internal */
export function rowsOf(
  manager: EntityManager,
  table: SoftDeleteTable,
  metadata: EntityMetadata,
  method: string,
  criteria: unknown,
): NamedRows {
  const list = Array.isArray(criteria) ? (criteria as unknown[]) : [criteria];
  for (const item of list) validate(metadata, method, item);
  const ids: ObjectLiteral[] = [];
  const wheres: ObjectLiteral[] = [];
  for (const item of list) {
    if (!isWhere(item) || isKey(metadata, item)) ids.push(idMapOf(metadata, item));
    else wheres.push(item);
  }
  const others = chunks(wheres, OBJECTS_PER_STATEMENT).map((chunk) =>
    softDeletable(manager, table, or(...chunk.map((where) => byWhere(manager, metadata, where)))),
  );
  const named = rowsByKeys(manager, table, metadata, ids);
  return others.length === 0 ? named : { table, conditions: [...named.conditions, ...others] };
}

/** The rows `c` of some primary keys, given as objects. @internal */
export function rowsByKeys(
  manager: EntityManager,
  table: SoftDeleteTable,
  metadata: EntityMetadata,
  ids: readonly ObjectLiteral[],
): NamedRows {
  const dialect = dialectOf(manager.dataSource);
  const conditions = chunks(ids, KEYS_PER_STATEMENT).map((some) =>
    softDeletable(manager, table, byKeysOf(dialect, metadata, some)),
  );
  return { table, conditions, keys: ids.length };
}

/** Of the rows `c` those that can be soft-deleted. */
function softDeletable(manager: EntityManager, table: SoftDeleteTable, condition: Sql): Sql {
  const ofKind = isOfSoftDeletableKind(dialectOf(manager.dataSource).names, "c", table);
  return ofKind.length > 0 ? and(condition, ...ofKind) : condition;
}

/** Whether an object is a primary key and nothing else. */
function isKey(metadata: EntityMetadata, item: ObjectLiteral): boolean {
  const properties = Object.entries(item);
  const { primaryColumns } = metadata;
  return (
    properties.length === primaryColumns.length &&
    properties.every(
      ([property, value]) =>
        !isWhere(value) && primaryColumns.some((column) => column.propertyPath === property),
    )
  );
}

/** @internal */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const result: Item[][] = [];
  for (let at = 0; at < items.length; at += size) result.push(items.slice(at, at + size));
  return result;
}

function isWhere(item: unknown): item is ObjectLiteral {
  return (
    typeof item === "object" &&
    item !== null &&
    !(item instanceof Date) &&
    !(item instanceof Uint8Array)
  );
}

function validate(metadata: EntityMetadata, method: string, item: unknown): void {
  const empty =
    item === undefined ||
    item === null ||
    item === "" ||
    (isWhere(item) && Object.keys(item).length === 0);
  if (empty) throw SoftDeleteCriteriaError.empty(method, metadata.name);
  if (item instanceof FindOperator)
    throw SoftDeleteCriteriaError.bareOperator(method, metadata.name);
  if (isWhere(item)) validateValues(metadata, method, item, "");
}

function validateValues(
  metadata: EntityMetadata,
  method: string,
  where: ObjectLiteral,
  path: string,
): void {
  for (const [property, value] of Object.entries(where) as [string, unknown][]) {
    if (value === undefined || value === null) {
      throw SoftDeleteCriteriaError.missingValue(
        method,
        `${metadata.name}.${path}${property}`,
        value,
      );
    }
    if (isWhere(value) && !(value instanceof FindOperator) && !Array.isArray(value)) {
      if (Object.keys(value).length === 0)
        throw SoftDeleteCriteriaError.empty(method, `${metadata.name}.${path}${property}`);
      validateValues(metadata, method, value, `${path}${property}.`);
    }
  }
}

function byWhere(manager: EntityManager, metadata: EntityMetadata, where: ObjectLiteral): Sql {
  if (!needsJoin(metadata, where)) {
    return conditionOf(manager, metadata, (query) => query.where(where));
  }
  const { names } = dialectOf(manager.dataSource);
  const { text, parameters } = keysText(manager, metadata, where);
  const keys = metadata.primaryColumns.map((_, index) => `key${String(index)}`);
  // The derived table in between is for MySQL, which cannot update a table that a subquery reads.
  return sql`${names.row("c", metadata.primaryColumns)} IN (SELECT ${keys.join(", ")} FROM (${foreign(text, parameters)}) m)`;
}

function conditionOf(
  manager: EntityManager,
  metadata: EntityMetadata,
  restrict: Parameters<typeof conditionText>[3],
): Sql {
  const { text, parameters } = conditionText(manager, metadata, "c", restrict);
  return sql`(${foreign(text, parameters)})`;
}

/** Whether a `where` object asks for properties of a related row, other than the ones its foreign key holds. */
function needsJoin(metadata: EntityMetadata, where: ObjectLiteral): boolean {
  return metadata.relations.some((relation) => {
    const value = (where as Record<string, unknown>)[relation.propertyName];
    if (relation.embeddedMetadata || value === undefined || value instanceof FindOperator)
      return false;
    if (!relation.isManyToOne && !relation.isOneToOneOwner) return true;
    if (!isWhere(value)) return false;
    const keys = relation.joinColumns.map((column) => column.referencedColumn?.propertyName);
    return Object.keys(value).some((property) => !keys.includes(property));
  });
}
