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

/** A primary key as an object. TypeORM's own way takes a Date or a Buffer for such an object already. @internal */
export function idMapOf(metadata: EntityMetadata, id: unknown): ObjectLiteral {
  const [column] = metadata.primaryColumns;
  const isValue = id instanceof Date || id instanceof Uint8Array;
  return isValue && column ? column.createValueMap(id) : metadata.ensureEntityIdMap(id);
}

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
  const query = manager
    .createQueryBuilder<ObjectLiteral>(metadata.target, "c")
    .withDeleted()
    .setOption("disable-global-order")
    .select("1");
  const maps = ids.map((id) => idMapOf(metadata, id));
  return conditionOf(manager, metadata, query.whereInIds(maps));
}

function byWhere(manager: EntityManager, metadata: EntityMetadata, where: ObjectLiteral): Sql {
  if (!needsJoin(metadata, where)) {
    const query = manager
      .createQueryBuilder<ObjectLiteral>(metadata.target, "c")
      .withDeleted()
      .setOption("disable-global-order")
      .select("1");
    return conditionOf(manager, metadata, query.where(where));
  }
  const { names } = dialectOf(manager.dataSource);
  const query = manager
    .createQueryBuilder<ObjectLiteral>(metadata.target, "matched")
    .setFindOptions({ where, withDeleted: true, loadEagerRelations: false })
    .setOption("disable-global-order");
  query.select(metadata.primaryColumns.map((column) => `matched.${column.propertyPath}`));
  const subquery = foreign(query.getQuery(), query.getParameters());
  const columns = metadata.primaryColumns.map((column) =>
    names.escape(`matched_${column.databaseName}`),
  );
  // The derived table in between is for MySQL, which cannot update a table that a subquery reads.
  return sql`${names.row("c", metadata.primaryColumns)} IN (SELECT ${columns.join(", ")} FROM (${subquery}) m)`;
}

/** What TypeORM's query builder writes behind WHERE, the discriminator of single-table inheritance included. */
function conditionOf(
  manager: EntityManager,
  metadata: EntityMetadata,
  query: { getQuery(): string; getParameters(): ObjectLiteral },
): Sql {
  const { names } = dialectOf(manager.dataSource);
  const table = metadata.tablePath
    .split(".")
    .map((part) => (part === "" ? part : names.escape(part)))
    .join(".");
  const head = `SELECT 1 FROM ${table} ${names.escape("c")} WHERE `;
  const text = query.getQuery();
  if (!text.startsWith(head)) throw new Error(`Unexpected query: ${text}`);
  return sql`(${foreign(text.slice(head.length), query.getParameters())})`;
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
