import {
  EntityPropertyNotFoundError,
  type FindManyOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
  type Repository,
} from "typeorm";

import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { copyOfWhere } from "../../typeorm/find-operators";
import { findAlias, withFindOptions, withoutGlobalOrder } from "../../typeorm/query-text";
import { quoted } from "../../typeorm/quoting";
import { copyOf } from "../../typeorm/repository-copies";
import { loadRelations } from "./relation-loading";
import { relationNodes } from "./relation-nodes";
import { exactWhere, rootOptions } from "./relation-options";
import {
  nameRelations,
  NO_RELATIONS,
  type RelatedRows,
  type RelationScope,
  type SoftDeleteRelations,
} from "./relation-scope";
import { scopedOptions, type Scope } from "./scope";

/** A repository that reads in a scope. @internal */
export interface ReadsInScope<Entity extends ObjectLiteral> extends Repository<Entity> {
  readonly scope: Scope;
  readonly relationScope: RelationScope | undefined;
}

/** Find options that keep to the repository's scope; of the root rows alone where the scope names relations. @internal */
export function scoped<Entity extends ObjectLiteral, Options extends FindManyOptions<Entity>>(
  repository: ReadsInScope<Entity>,
  options: Options,
): Options {
  const { metadata, scope, relationScope, manager } = repository;
  const own = withOwnOperators<Entity, Options>(options);
  if (!relationScope) return scopedOptions<Entity, Options>(metadata, scope, own);
  const graph = SoftDeleteGraph.of(manager.dataSource);
  return rootOptions<Entity, Options>(metadata, graph, scope, relationScope, own);
}

/** Find options whose operators TypeORM may change: the caller's mean the same in the next call. */
function withOwnOperators<Entity extends ObjectLiteral, Options extends FindManyOptions<Entity>>(
  options: Options,
): Options {
  return options.where
    ? Object.assign({}, options, { where: copyOfWhere(options.where) })
    : options;
}

/** The given rows, with their relations where the repository's scope names any: TypeORM has loaded them otherwise. @internal */
export async function withLoaded<Entity extends ObjectLiteral>(
  repository: ReadsInScope<Entity>,
  options: FindManyOptions<Entity>,
  rows: Entity[],
): Promise<Entity[]> {
  const { metadata, relationScope, manager } = repository;
  if (!relationScope) return rows;
  const nodes = relationNodes(metadata, options, relationScope);
  const graph = SoftDeleteGraph.of(manager.dataSource);
  const where = exactWhere(metadata, graph, relationScope, options.where ?? {});
  await loadRelations(repository, { metadata, objects: rows, where }, nodes);
  return rows;
}

/** The same repository, in a scope that names further relations. @internal */
export function withRelations<Entity extends ObjectLiteral, Own extends ReadsInScope<Entity>>(
  repository: Own,
  scope: Scope,
  relations: SoftDeleteRelations<Entity>,
  rows: RelatedRows,
): Own {
  const { metadata, relationScope = NO_RELATIONS } = repository;
  const graph = SoftDeleteGraph.of(repository.manager.dataSource);
  const named = nameRelations(metadata, relationScope, relations, rows, graph);
  return inScope<Entity, Own>(repository, scope, named);
}

/**
 * The same repository in another scope.
 *
 * @throws SoftDeleteConfigurationError for an entity that has no scopes.
 * @internal
 */
export function inScope<Entity extends ObjectLiteral, Own extends ReadsInScope<Entity>>(
  repository: Own,
  scope: Scope,
  relationScope: RelationScope | undefined,
): Own {
  SoftDeleteGraph.of(repository.manager.dataSource).get(repository.target);
  return copyOf(repository, { scope, relationScope });
}

/**
 * An aggregate of a column in the repository's scope: TypeORM's own take no `withDeleted`.
 *
 * @throws EntityPropertyNotFoundError for a column that the entity does not have.
 * @internal
 */
export async function aggregate<Entity extends ObjectLiteral>(
  repository: ReadsInScope<Entity>,
  name: string,
  property: string,
  where?: FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[],
): Promise<number | null> {
  const { metadata } = repository;
  const column = metadata.columns.find(({ propertyPath }) => propertyPath === property);
  if (!column) throw new EntityPropertyNotFoundError(property, metadata);
  const options = scoped<Entity, FindManyOptions<Entity>>(repository, where ? { where } : {});
  const alias = findAlias(metadata);
  const names = [alias, column.databaseName].map((one) => quoted(metadata.dataSource, one));
  const query = withFindOptions(repository.manager.createQueryBuilder(repository.target, alias), {
    ...options,
    loadEagerRelations: false,
  }).select(`${name}(${names.join(".")})`, "value");
  const row = await withoutGlobalOrder(query).getRawOne<{ value: string | number | null }>();
  return row?.value == null ? null : Number(row.value);
}
