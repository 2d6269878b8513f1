import {
  EntityPropertyNotFoundError,
  type EntityMetadata,
  type FindOptionsRelations,
  type ObjectLiteral,
} from "typeorm";

import { SoftDeleteGraph } from "../../plan/soft-delete-graph";

/**
 * Relations by path, as in find options, of which soft-deleted rows are read: `{ author: { company: true } }`. A path that
 * the entity does not have is a compile error.
 */
export type SoftDeleteRelations<Entity extends ObjectLiteral> = FindOptionsRelations<Entity>;

/**
 * Which rows of a relation are read: active ones, all, or those that the deletion of the row they hang by took.
 *
 * @internal
 */
export type RelatedRows = "active" | "any" | "sameDeletion";

/** The relations that a repository's scope names, by property path. @internal */
export type RelationScope = ReadonlyMap<
  string,
  { readonly rows: RelatedRows; readonly below: RelationScope }
>;

/** No relation named: every relation is read with its active rows only. @internal */
export const NO_RELATIONS: RelationScope = new Map();

/**
 * A scope that names further relations. One that is named twice keeps the later meaning.
 *
 * @throws EntityPropertyNotFoundError for a relation that the entity does not have.
 * @throws SoftDeleteConfigurationError where `sameDeletion` is asked of rows that carry no deletion id.
 * @internal
 */
export function nameRelations(
  metadata: EntityMetadata,
  scope: RelationScope,
  relations: object,
  rows: RelatedRows,
  graph: SoftDeleteGraph,
): RelationScope {
  const named = new Map(scope);
  for (const [path, below] of requestedRelations(metadata, relations)) {
    const relation = metadata.findRelationWithPropertyPath(path);
    if (!relation) continue;
    const target = relation.inverseEntityMetadata;
    if (rows === "sameDeletion" && target.deleteDateColumn) graph.deletionId(target);
    const known = named.get(path)?.below ?? NO_RELATIONS;
    named.set(path, { rows, below: nameRelations(target, known, below, rows, graph) });
  }
  return named;
}

/**
 * The relations that a `relations` object asks for, by property path, each with what it asks for below.
 *
 * @throws EntityPropertyNotFoundError for a relation that the entity does not have, as TypeORM's own `find` does.
 * @internal
 */
export function requestedRelations(
  metadata: EntityMetadata,
  relations: object,
  prefix = "",
): Map<string, object> {
  const requested = new Map<string, object>();
  for (const [property, value] of Object.entries(relations) as [string, unknown][]) {
    const path = prefix + property;
    const below = typeof value === "object" && value !== null ? value : {};
    if (metadata.findEmbeddedWithPropertyPath(path)) {
      for (const [nested, deeper] of requestedRelations(metadata, below, `${path}.`)) {
        requested.set(nested, deeper);
      }
      continue;
    }
    if (!metadata.findRelationWithPropertyPath(path)) {
      throw new EntityPropertyNotFoundError(path, metadata);
    }
    if (value === true || below === value) requested.set(path, below);
  }
  return requested;
}
