import type {
  EntityManager,
  EntityMetadata,
  ObjectLiteral,
  QueryRunner,
  SelectQueryBuilder,
} from "typeorm";

import { dialectOf } from "../../sql";
import { and, type Sql } from "../../sql/sql";
import { keyTextOf } from "../../rows/key-text";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { fromDatabase, toDatabase } from "../../typeorm/column-values";
import { copyOfWhere } from "../../typeorm/find-operators";
import type { Column, Relation } from "../../typeorm/metadata";
import {
  findAlias,
  joinedAlias,
  withFindOptions,
  withoutGlobalOrder,
} from "../../typeorm/query-text";
import { quoted } from "../../typeorm/quoting";
import { at, orderedBy, valueAt, type RelationNode } from "./relation-nodes";
import type { Where } from "./relation-options";

/** Where to read. @internal */
export interface Reader {
  readonly manager: EntityManager;
  readonly queryRunner?: QueryRunner | undefined;
}

/** What a find has found, and by what. @internal */
export interface Found {
  readonly metadata: EntityMetadata;
  readonly objects: readonly ObjectLiteral[];
  /** The conditions, with those on the state of the related rows that they go by. */
  readonly where: Where | Where[];
}

/** Objects whose relations are read, and over which relations the find led to them. @internal */
export interface Parents {
  readonly metadata: EntityMetadata;
  readonly objects: readonly ObjectLiteral[];
  readonly path: readonly Relation[];
}

type Key = ReadonlyMap<Column, unknown>;

/** The primary keys of two rows that belong together. @internal */
export type Pair = readonly [parent: Key, related: Key];

/**
 * The primary keys of the rows that belong together, in the order that the find options give the related rows: one SELECT.
 *
 * Where the find's conditions go by the relation, they select these rows too, as in TypeORM, which has both from one join: so
 * the find is repeated for the rows that it has found.
 *
 * @internal
 */
export async function findPairs(
  reader: Reader,
  found: Found,
  parents: Parents,
  node: RelationNode,
): Promise<Pair[]> {
  const { manager } = reader;
  const { metadata } = parents;
  const target = node.relation.inverseEntityMetadata;
  const { query, parent, related } = node.conditioned
    ? repeatedFind(reader, found, [...parents.path, node.relation])
    : join(reader, metadata, node.relation);
  withoutGlobalOrder(query);
  metadata.primaryColumns.forEach((column, index) => {
    query.addSelect(`${parent}.${column.propertyPath}`, `parent_${String(index)}`);
  });
  target.primaryColumns.forEach((column, index) => {
    query.addSelect(`${related}.${column.propertyPath}`, `related_${String(index)}`);
  });
  const condition = rowsCondition(manager, metadata, target, node.rows, parent, related);
  if (condition) query.andWhere(condition);
  const keys = [haveKeys(manager, metadata, parent, parents.objects)];
  if (node.conditioned && parents.path.length > 0) {
    keys.push(haveKeys(manager, found.metadata, findAlias(found.metadata), found.objects));
  }
  query.andWhere(...and(...keys).named());
  for (const [path, given] of orderedBy(target, node.order)) {
    query.addOrderBy(`${related}.${path}`, direction(given), nulls(given));
  }
  const rows = await query.getRawMany<Record<string, unknown>>();
  const pairs = new Map<string, Pair>();
  for (const row of rows) {
    const [one, other] = [
      rawKey(manager, metadata, row, "parent"),
      rawKey(manager, target, row, "related"),
    ];
    // A repeated find joins further rows: of these there may be several, or none.
    if ([...other.values()].some((value) => value === null)) continue;
    pairs.set(JSON.stringify([one, other].map((key) => keyTextOf(manager.dataSource, key))), [
      one,
      other,
    ]);
  }
  return [...pairs.values()];
}

interface Join {
  readonly query: SelectQueryBuilder<ObjectLiteral>;
  /** The aliases of both sides. */
  readonly parent: string;
  readonly related: string;
}

function join(
  { manager, queryRunner }: Reader,
  metadata: EntityMetadata,
  relation: Relation,
): Join {
  const [parent, related] = ["parent", "related"];
  const query = manager
    .createQueryBuilder<ObjectLiteral>(metadata.target, parent, queryRunner)
    .withDeleted()
    .innerJoin(`${parent}.${relation.propertyPath}`, related)
    .select([]);
  return { query, parent, related };
}

/** The find by its conditions alone, with the joins that lead to a relation. */
function repeatedFind(
  { manager, queryRunner }: Reader,
  { metadata, where }: Found,
  path: readonly Relation[],
): Join {
  const root = findAlias(metadata);
  const query = withFindOptions(
    manager.createQueryBuilder<ObjectLiteral>(metadata.target, root, queryRunner),
    {
      withDeleted: true,
      loadEagerRelations: false,
      relationLoadStrategy: "join",
      relations: path.reduceRight<unknown>(
        (below, { propertyPath }) => at(propertyPath.split("."), below),
        true,
      ) as object,
      where: copyOfWhere(where),
    },
  ).select([]);
  const [parent = root, related = root] = path
    .reduce(
      (aliases, relation) => {
        return [...aliases, joinedAlias(query, aliases.at(-1) ?? root, relation)];
      },
      [root],
    )
    .slice(-2);
  return { query, parent, related };
}

/** What keeps other rows than the node's out; undefined where every row is wanted, or none can be soft-deleted. */
function rowsCondition(
  manager: EntityManager,
  metadata: EntityMetadata,
  target: EntityMetadata,
  rows: RelationNode["rows"],
  parent: string,
  related: string,
): string | undefined {
  if (!target.deleteDateColumn || rows === "any") return undefined;
  if (rows === "active") return `${related}.${target.deleteDateColumn.propertyPath} IS NULL`;
  const graph = SoftDeleteGraph.of(manager.dataSource);
  const [ours, theirs] = [metadata, target].map((one) => graph.deletionId(one).propertyPath);
  return `${related}.${theirs ?? ""} = ${parent}.${ours ?? ""}`;
}

/** The primary key that an object has. @internal */
export function keyOf(metadata: EntityMetadata, object: ObjectLiteral): Key {
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

/** That a row is one of some objects. */
function haveKeys(
  { dataSource }: EntityManager,
  metadata: EntityMetadata,
  alias: string,
  objects: readonly ObjectLiteral[],
): Sql {
  const keys = objects.map((object) => keyOf(metadata, object));
  const distinct = new Map(keys.map((key) => [keyTextOf(dataSource, key), key]));
  return isOneOf(dataSource, metadata, alias, [...distinct.values()]);
}

/** That a row has one of some primary keys. @internal */
export function isOneOf(
  dataSource: EntityManager["dataSource"],
  { primaryColumns }: EntityMetadata,
  alias: string,
  keys: readonly Key[],
): Sql {
  const values = keys.map((key) =>
    [...key].map(([column, value]) => toDatabase(dataSource, column, value)),
  );
  return dialectOf(dataSource).anyKey(quoted(dataSource, alias), primaryColumns, values);
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
