import type {
  EntityManager,
  EntityMetadata,
  FindManyOptions,
  FindOperator,
  ObjectLiteral,
  SelectQueryBuilder,
} from "typeorm";

import type { Relation } from "./metadata";

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
 * The alias by which a query that has joined a relation names its rows, unquoted.
 *
 * Leans on `expressionMap.joinAttributes`, which knows of each join whose relation it follows.
 *
 * @internal
 */
export function joinedAlias<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  parent: string,
  relation: Relation,
): string {
  const join = query.expressionMap.joinAttributes.find(
    (one) => one.parentAlias === parent && one.relation === relation,
  );
  if (!join) throw new Error(`The query does not join ${parent}.${relation.propertyPath}.`);
  return join.alias.name;
}

/** What writes conditions, of TypeORM's query builder. */
interface ConditionWriter {
  getWherePredicateCondition(column: string, operator: FindOperator<unknown>): object;
  createWhereConditionExpression(condition: object): string;
}

/**
 * The condition that a find operator stands for, on a column as SQL.
 *
 * Leans on the query builder's own way from an operator to SQL, which is protected.
 *
 * @internal
 */
export function predicateText(
  manager: EntityManager,
  column: string,
  operator: FindOperator<unknown>,
): QueryText {
  const query = manager.createQueryBuilder();
  const writer = query as unknown as ConditionWriter;
  const text = writer.createWhereConditionExpression(
    writer.getWherePredicateCondition(column, operator),
  );
  return { text, parameters: query.getParameters() };
}
