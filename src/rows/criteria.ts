import {
  FindOperator,
  type EntityManager,
  type EntityMetadata,
  type FindOptionsWhere,
  type ObjectLiteral,
} from "typeorm";

import { dialectOf } from "../sql";
import { foreign, or, sql, type Sql } from "../sql/sql";
import { SoftDeleteCriteriaError } from "../errors";
import { idMapOf } from "../typeorm/metadata";
import { conditionText, keysText } from "../typeorm/query-text";

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

/** Conditions on the alias `c`, each small enough for one statement; none for an empty list. @internal */
export function conditionsOf(
  manager: EntityManager,
  metadata: EntityMetadata,
  method: string,
  criteria: unknown,
): Sql[] {
  const list = Array.isArray(criteria) ? (criteria as unknown[]) : [criteria];
  for (const item of list) validate(metadata, method, item);
  const ids = list.filter((item) => !isWhere(item));
  const wheres = list.filter(isWhere);
  const size = dialectOf(manager.dataSource).maxParameters;
  return [
    ...chunks(ids, size).map((chunk) => byIds(manager, metadata, chunk)),
    ...chunks(wheres, OBJECTS_PER_STATEMENT).map((chunk) =>
      or(...chunk.map((where) => byWhere(manager, metadata, where))),
    ),
  ];
}

/** Whether criteria name rows by nothing but their primary keys. @internal */
export function areIds(metadata: EntityMetadata, criteria: unknown): boolean {
  const list = Array.isArray(criteria) ? (criteria as unknown[]) : [criteria];
  const keys = new Set(metadata.primaryColumns.map((column) => column.propertyPath));
  return list.every(
    (item) =>
      !isWhere(item) ||
      Object.entries(item).every(([property, value]) => keys.has(property) && !isWhere(value)),
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

function byIds(manager: EntityManager, metadata: EntityMetadata, ids: readonly unknown[]): Sql {
  const maps = ids.map((id) => idMapOf(metadata, id));
  return conditionOf(manager, metadata, (query) => query.whereInIds(maps));
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
