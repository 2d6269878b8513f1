import type { EntityManager, EntityMetadata, FindOptionsWhere, ObjectLiteral } from "typeorm";

import type { SoftDeleteTable } from "../plan/table";
import { dialectOf } from "../sql";
import { and, type Sql } from "../sql/sql";
import { isOfSoftDeletableKind } from "../sql/state";
import type { Relation } from "../typeorm/metadata";
import { byKeysOf, ofEntity } from "./by-keys";
import { chunks } from "./chunks";
import type { NamedRows } from "./named-rows";
import { Place } from "./where/place";
import { PrimaryKeys } from "./where/primary-keys";
import { anyOf } from "./where/together";
import { PARAMETERS_PER_STATEMENT, whereCondition, type Where } from "./where/where-condition";

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
/** Several megabytes of keys: what a server takes in one packet. @internal */
export const KEYS_PER_STATEMENT = 200_000;

/** Rows that criteria name. */
export interface CriteriaRows extends NamedRows {
  /** The relations to other rows that the criteria go over. */
  readonly relations: ReadonlySet<Relation>;
  /** The conditions as a statement takes them that only reads. */
  readonly reading: readonly Sql[];
}

/**
 * The rows `c` that criteria name, in conditions that are each small enough for one statement; none for an empty list.
 *
 * @throws SoftDeleteCriteriaError for criteria that cannot be understood whole.
 * @internal
 */
export function rowsOf(
  manager: EntityManager,
  table: SoftDeleteTable,
  metadata: EntityMetadata,
  method: string,
  criteria: unknown,
): CriteriaRows {
  const place = Place.top(manager.dataSource, method, metadata.name);
  const keys = new PrimaryKeys(manager.dataSource, metadata);
  const ids: ObjectLiteral[] = [];
  const wheres: Where[] = [];
  const read = (item: unknown, at: () => Place): void => {
    const id = keys.read(at, item);
    if (id) ids.push(id);
    else wheres.push(whereCondition(manager, at(), metadata, item));
  };
  if (Array.isArray(criteria)) {
    (criteria as unknown[]).forEach((item, index) => {
      read(item, () => place.below(`[${String(index)}]`));
    });
  } else {
    read(criteria, () => place);
  }
  const named = rowsByKeys(manager, table, metadata, ids);
  const ofIt = ofEntity(dialectOf(manager.dataSource).names, metadata, "c");
  const together = (some: readonly Sql[]): Sql =>
    softDeletable(manager, table, and(anyOf(some), ...ofIt));
  const all = statements(wheres);
  const writing = all.map((some) => together(some.map(({ whileWriting }) => whileWriting)));
  const reading = all.map((some) => together(some.map(({ condition }) => condition)));
  const conditions = [...named.conditions, ...writing];
  const { unchecked } = place;
  return {
    table,
    conditions,
    reading: [...named.conditions, ...reading],
    ...(unchecked.size > 0
      ? { asked: { method, unchecked, conditions: [...conditions, ...reading] } }
      : {}),
    ...(wheres.length === 0 ? { keys: ids.length } : {}),
    relations: new Set(wheres.flatMap(({ relations }) => [...relations])),
  };
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

/** Where objects in such numbers that a statement holds their conditions. */
function statements(wheres: readonly Where[]): Where[][] {
  const all: Where[][] = [];
  let parameters = 0;
  for (const where of wheres) {
    const own = where.condition.parameters;
    parameters += own;
    const last = all.at(-1);
    if (last && last.length < OBJECTS_PER_STATEMENT && parameters <= PARAMETERS_PER_STATEMENT) {
      last.push(where);
    } else {
      all.push([where]);
      parameters = own;
    }
  }
  return all;
}
