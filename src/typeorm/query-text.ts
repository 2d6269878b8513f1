import type {
  EntityManager,
  EntityMetadata,
  FindManyOptions,
  ObjectLiteral,
  SelectQueryBuilder,
} from "typeorm";

import { quoted, quotedTable } from "./quoting";

/** SQL that TypeORM's query builder has written, with its named parameters. */
export interface QueryText {
  readonly text: string;
  readonly parameters: ObjectLiteral;
}

/**
 * Leaves out the order that an entity states for all its queries.
 *
 * Leans on the query builder's option "disable-global-order".
 *
 * @internal
 */
export function withoutGlobalOrder<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
): SelectQueryBuilder<Entity> {
  return query.setOption("disable-global-order");
}

/**
 * Restricts a query builder to what find options say, at once: joins for their conditions, and selects.
 *
 * Leans on `setFindOptions()`, which is public, and not documented.
 *
 * @internal
 */
export function withFindOptions<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  options: FindManyOptions<Entity>,
): SelectQueryBuilder<Entity> {
  return query.setFindOptions(options);
}

/**
 * The alias by which `find()` and its like name the rows of the entity itself, unquoted.
 *
 * Leans on TypeORM naming it after the entity.
 *
 * @internal
 */
export function findAlias(metadata: EntityMetadata): string {
  return metadata.name;
}

/**
 * The condition that the query builder writes for rows of an entity, active and deleted ones, by an alias; the discriminator
 * of single-table inheritance included.
 *
 * Leans on the text of such a query: `SELECT 1 FROM table alias WHERE` and the condition, with nothing behind it. Criteria
 * that need a join, and those that the query builder writes no condition for, end in an error.
 *
 * @internal
 */
export function conditionText(
  manager: EntityManager,
  metadata: EntityMetadata,
  alias: string,
  restrict: (query: SelectQueryBuilder<ObjectLiteral>) => unknown,
): QueryText {
  const query = withoutGlobalOrder(
    manager.createQueryBuilder<ObjectLiteral>(metadata.target, alias),
  )
    .withDeleted()
    .select("1");
  restrict(query);
  const head = `SELECT 1 FROM ${quotedTable(metadata)} ${quoted(metadata.dataSource, alias)} WHERE `;
  const text = query.getQuery();
  if (!text.startsWith(head)) throw new Error(`TypeORM has written another query: ${text}`);
  return { text: text.slice(head.length), parameters: query.getParameters() };
}

/**
 * A query for the primary keys, as `key0`, `key1`, of the rows that a `where` of find options matches, conditions on related
 * rows included; active and deleted ones of all of them.
 *
 * Leans on a selection that is made after {@link withFindOptions} being the whole one. The aliases are the query's own, since
 * TypeORM cuts and hashes the ones that it makes up where they grow too long.
 *
 * @internal
 */
export function keysText(
  manager: EntityManager,
  metadata: EntityMetadata,
  where: ObjectLiteral,
): QueryText {
  const query = withFindOptions(
    manager.createQueryBuilder<ObjectLiteral>(metadata.target, "matched"),
    { where, withDeleted: true, loadEagerRelations: false },
  ).select([]);
  metadata.primaryColumns.forEach((column, index) => {
    query.addSelect(`matched.${column.propertyPath}`, `key${String(index)}`);
  });
  return { text: withoutGlobalOrder(query).getQuery(), parameters: query.getParameters() };
}
