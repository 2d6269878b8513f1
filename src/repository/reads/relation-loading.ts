import type { EntityManager, EntityMetadata, ObjectLiteral, QueryRunner } from "typeorm";

import { dialectOf } from "../../sql";
import { keyTextOf } from "../../rows/key-text";
import { relationsLoaded } from "../../session/relations-loaded";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { fromDatabase, toDatabase } from "../../typeorm/column-values";
import type { Column } from "../../typeorm/metadata";
import { replaceRelated } from "../../typeorm/related-objects";
import { withFindOptions, withoutGlobalOrder } from "../../typeorm/query-text";
import { orderedBy, selectWithKey, valueAt, type RelationNode } from "./relation-nodes";

/** Where to read. @internal */
export interface Reader {
  readonly manager: EntityManager;
  readonly queryRunner?: QueryRunner | undefined;
}

/**
 * Loads relations of loaded objects, each with the rows that its node says, and sets them: two SELECTs for each relation,
 * one for which rows belong together and one for the rows, however many objects there are.
 *
 * In TypeORM `withDeleted` is all or nothing within one query; hence queries of their own.
 *
 * @internal
 */
export async function loadRelations(
  reader: Reader,
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
  nodes: readonly RelationNode[],
): Promise<void> {
  if (objects.length === 0) return;
  // One after the other: they may share one connection.
  for (const node of nodes) {
    const target = node.relation.inverseEntityMetadata;
    const pairs = await findPairs(reader, metadata, objects, node);
    const rows = await findRows(reader, target, pairs, node.select);
    setRelation(reader, metadata, objects, node, pairs, rows);
    await loadRelations(reader, target, [...rows.values()], node.below);
  }
  relationsLoaded(reader.manager.dataSource, metadata, objects);
}

type Key = ReadonlyMap<Column, unknown>;
type Pair = readonly [parent: Key, related: Key];

/** The primary keys of the rows that belong together, in the order that the find options give the related rows. */
async function findPairs(
  reader: Reader,
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
  { relation, rows, order }: RelationNode,
): Promise<Pair[]> {
  const { manager } = reader;
  const target = relation.inverseEntityMetadata;
  const condition = rowsCondition(manager, metadata, target, rows);
  const keys = new Map<string, Key>();
  for (const object of objects) {
    const key = keyOf(metadata, object);
    keys.set(keyTextOf(manager.dataSource, key), key);
  }
  const query = manager
    .createQueryBuilder<ObjectLiteral>(metadata.target, "parent", reader.queryRunner)
    .withDeleted()
    .innerJoin(`parent.${relation.propertyPath}`, "related")
    .select([]);
  withoutGlobalOrder(query);
  metadata.primaryColumns.forEach((column, index) => {
    query.addSelect(`parent.${column.propertyPath}`, `parent_${String(index)}`);
  });
  target.primaryColumns.forEach((column, index) => {
    query.addSelect(`related.${column.propertyPath}`, `related_${String(index)}`);
  });
  if (condition) query.where(condition);
  query.andWhere(...haveKeys(manager, metadata.primaryColumns, "parent", keys));
  for (const [path, given] of orderedBy(target, order)) {
    query.addOrderBy(`related.${path}`, direction(given), nulls(given));
  }
  const found = await query.getRawMany<Record<string, unknown>>();
  return found.map((row) => [
    rawKey(manager, metadata, row, "parent"),
    rawKey(manager, target, row, "related"),
  ]);
}

/** What keeps other rows than the node's out; undefined where every row is wanted, or none can be soft-deleted. */
function rowsCondition(
  manager: EntityManager,
  metadata: EntityMetadata,
  target: EntityMetadata,
  rows: RelationNode["rows"],
): string | undefined {
  if (!target.deleteDateColumn || rows === "any") return undefined;
  if (rows === "active") return `related.${target.deleteDateColumn.propertyPath} IS NULL`;
  const graph = SoftDeleteGraph.of(manager.dataSource);
  const [ours, theirs] = [metadata, target].map((one) => graph.deletionId(one).propertyPath);
  return `related.${theirs ?? ""} = parent.${ours ?? ""}`;
}

/** The related rows as objects, by the text of their keys. */
async function findRows(
  reader: Reader,
  target: EntityMetadata,
  pairs: readonly Pair[],
  select: object | undefined,
): Promise<Map<string, ObjectLiteral>> {
  const { manager } = reader;
  const keys = new Map(
    pairs.map(([, related]) => [keyTextOf(manager.dataSource, related), related]),
  );
  const columns = selectWithKey(target, select);
  const rows = new Map<string, ObjectLiteral>();
  if (keys.size === 0) return rows;
  const query = withFindOptions(
    manager.createQueryBuilder<ObjectLiteral>(target.target, "related", reader.queryRunner),
    { withDeleted: true, loadEagerRelations: false, ...(columns ? { select: columns } : {}) },
  ).andWhere(...haveKeys(manager, target.primaryColumns, "related", keys));
  for (const row of await query.getMany())
    rows.set(keyTextOf(manager.dataSource, keyOf(target, row)), row);
  return rows;
}

function setRelation(
  { manager }: Reader,
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
  { relation }: RelationNode,
  pairs: readonly Pair[],
  rows: ReadonlyMap<string, ObjectLiteral>,
): void {
  const related = new Map<string, ObjectLiteral[]>();
  for (const [parent, key] of pairs) {
    const row = rows.get(keyTextOf(manager.dataSource, key));
    // Removed for good between the two statements.
    if (!row) continue;
    const text = keyTextOf(manager.dataSource, parent);
    const siblings = related.get(text);
    if (siblings) siblings.push(row);
    else related.set(text, [row]);
  }
  for (const object of objects) {
    const found = related.get(keyTextOf(manager.dataSource, keyOf(metadata, object))) ?? [];
    const many = relation.isOneToMany || relation.isManyToMany;
    const value = many ? found : (found[0] ?? null);
    // What an order has joined is there already; in an embedded object TypeORM's own setter makes the object, and replaces.
    if (relation.embeddedMetadata) relation.setEntityValue(object, value);
    else replaceRelated(relation, object, value);
  }
}

function keyOf(metadata: EntityMetadata, object: ObjectLiteral): Key {
  return new Map(
    metadata.primaryColumns.map((column) => [column, column.getEntityValue(object) as unknown]),
  );
}

function rawKey(
  { dataSource }: EntityManager,
  metadata: EntityMetadata,
  row: Record<string, unknown>,
  alias: string,
): Key {
  return new Map(
    metadata.primaryColumns.map((column, index) => [
      column,
      fromDatabase(dataSource, column, row[`${alias}_${String(index)}`]),
    ]),
  );
}

/** A condition for TypeORM's query builder. */
function haveKeys(
  { dataSource }: EntityManager,
  columns: readonly Column[],
  alias: string,
  keys: ReadonlyMap<string, Key>,
): [text: string, parameters: ObjectLiteral] {
  const values = [...keys.values()].map((key) =>
    [...key].map(([column, value]) => toDatabase(dataSource, column, value)),
  );
  return dialectOf(dataSource).anyKey(alias, columns, values).named();
}

function direction(given: unknown): "ASC" | "DESC" {
  const value = String(valueAt(given, "direction") ?? given);
  return value.toUpperCase() === "DESC" || value === "-1" ? "DESC" : "ASC";
}

function nulls(given: unknown): "NULLS FIRST" | "NULLS LAST" | undefined {
  const value = valueAt(given, "nulls");
  if (typeof value !== "string") return undefined;
  return value.toUpperCase() === "FIRST" ? "NULLS FIRST" : "NULLS LAST";
}
