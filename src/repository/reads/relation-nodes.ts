import {
  EntityPropertyNotFoundError,
  FindOperator,
  type EntityMetadata,
  type FindManyOptions,
} from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import {
  NO_RELATIONS,
  requestedRelations,
  type RelatedRows,
  type RelationScope,
} from "./relation-scope";
import type { Relation } from "../../typeorm/metadata";

/** A relation to load, and what to load below it. @internal */
export interface RelationNode {
  readonly relation: Relation;
  readonly rows: RelatedRows;
  /** The find options' `select` for this relation, if it has one. */
  readonly select: object | undefined;
  /** The find options' `order` for this relation, if it has one. */
  readonly order: object | undefined;
  /** Whether the find options' `where` goes by this relation: then it selects the rows of it as well. */
  readonly conditioned: boolean;
  readonly below: readonly RelationNode[];
}

/** Find options, or the part of them that concerns the relations of a relation. */
interface Wanted {
  readonly relations: object;
  readonly select: unknown;
  readonly order: unknown;
  readonly where: unknown;
  readonly named: RelationScope;
  readonly eager: boolean;
  /** The tables above whose eager relations led here: a circle of them ends. */
  readonly chain: readonly string[];
}

/** The relations that a find loads: those that the scope names, those that it asks for, and eager ones. @internal */
export function relationNodes<Entity>(
  metadata: EntityMetadata,
  options: FindManyOptions<Entity>,
  named: RelationScope,
): RelationNode[] {
  return nodesOf(metadata, {
    relations: options.relations ?? {},
    select: options.select,
    order: options.order,
    where: options.where,
    named,
    eager: options.loadEagerRelations !== false,
    chain: [],
  });
}

function nodesOf(metadata: EntityMetadata, wanted: Wanted): RelationNode[] {
  const requested = requestedRelations(metadata, wanted.relations);
  for (const properties of [wanted.select, wanted.order]) refuseUnknown(metadata, properties);
  const nodes: RelationNode[] = [];
  for (const relation of metadata.relations) {
    const path = relation.propertyPath;
    const named = wanted.named.get(path);
    const target = relation.inverseEntityMetadata;
    const eager = wanted.eager && relation.isEager && !wanted.chain.includes(target.tablePath);
    if (!named && !requested.has(path) && !eager) continue;
    const select = objectAt(wanted.select, path);
    const order = objectAt(wanted.order, path);
    const conditions = conditionsAt(wanted.where, path);
    if (relation.isOneToMany || relation.isManyToMany) refuseNestedOrder(target, order);
    nodes.push({
      relation,
      rows: named?.rows ?? "active",
      select,
      order,
      conditioned: conditions.length > 0,
      below: nodesOf(target, {
        relations: requested.get(path) ?? {},
        select,
        order,
        where: conditions,
        named: named?.below ?? NO_RELATIONS,
        eager: wanted.eager,
        chain: relation.isEager ? [...wanted.chain, metadata.tablePath] : wanted.chain,
      }),
    });
  }
  return nodes;
}

/** @throws EntityPropertyNotFoundError for a property that the entity does not have, as TypeORM's own `find` does. */
function refuseUnknown(metadata: EntityMetadata, properties: unknown, prefix = ""): void {
  if (typeof properties !== "object" || properties === null) return;
  for (const [property, value] of Object.entries(properties)) {
    const path = prefix + property;
    if (metadata.findEmbeddedWithPropertyPath(path)) refuseUnknown(metadata, value, `${path}.`);
    else if (
      !metadata.findColumnWithPropertyPath(path) &&
      !metadata.findRelationWithPropertyPath(path)
    )
      throw new EntityPropertyNotFoundError(path, metadata);
  }
}

/** Rows of a list are read without the rows that they refer to, and so cannot be ordered by those. */
function refuseNestedOrder(metadata: EntityMetadata, order: object | undefined): void {
  const nested = metadata.relations.find(({ propertyPath }) => objectAt(order, propertyPath));
  if (nested) throw SoftDeleteCriteriaError.nestedOrder(`${metadata.name}.${nested.propertyPath}`);
}

/**
 * The columns of an entity that an order goes by, by property path, as the caller has put them; without those of related
 * rows.
 *
 * @internal
 */
export function orderedBy(
  metadata: EntityMetadata,
  order: object = {},
  prefix = "",
): [path: string, given: unknown][] {
  return Object.entries(order).flatMap(([property, given]: [string, unknown]) => {
    const path = prefix + property;
    if (metadata.findEmbeddedWithPropertyPath(path)) {
      return orderedBy(metadata, given as object, `${path}.`);
    }
    const isColumn = !metadata.findRelationWithPropertyPath(path) && given !== undefined;
    return isColumn ? [[path, given] as [string, unknown]] : [];
  });
}

/** An object that holds a value at a path. @internal */
export function at(path: readonly string[], value: unknown): object {
  return path.reduceRight<unknown>((below, property) => ({ [property]: below }), value) as object;
}

/** What an object holds at a property path. @internal */
export function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The conditions that a `where`, or any of several, has on the rows of a relation. */
function conditionsAt(where: unknown, path: string): object[] {
  return [where]
    .flat(Infinity)
    .flatMap((one: unknown) =>
      [valueAt(one, path)].flat(Infinity).filter((at): at is object => isConditions(at)),
    );
}

/** Whether a value is an object of conditions, or a list of such. @internal */
export function isConditions(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof FindOperator);
}

function objectAt(object: unknown, path: string): object | undefined {
  const value = valueAt(object, path);
  return typeof value === "object" && value !== null ? value : undefined;
}

/**
 * A `select` that includes the primary key, without which a loaded row finds no relations; undefined where nothing is
 * left out.
 *
 * @internal
 */
export function selectWithKey(metadata: EntityMetadata, select: unknown): object | undefined {
  const selects = metadata.columns.some((column) => isSelected(select, column.propertyPath));
  if (!selects) return undefined;
  let complete = select as object;
  for (const column of metadata.primaryColumns) {
    complete = withValue(complete, column.propertyPath.split("."), true);
  }
  return complete;
}

function isSelected(select: unknown, path: string): boolean {
  const value = valueAt(select, path);
  return value !== undefined && value !== false;
}

function withValue(object: object, [property = "", ...rest]: string[], value: unknown): object {
  const given = (object as Record<string, unknown>)[property];
  const nested = typeof given === "object" && given !== null ? given : {};
  return { ...object, [property]: rest.length > 0 ? withValue(nested, rest, value) : value };
}
