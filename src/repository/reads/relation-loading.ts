import type { EntityManager, EntityMetadata, ObjectLiteral } from "typeorm";

import { keyTextOf } from "../../rows/key-text";
import { relationsLoaded } from "../../session/relations-loaded";
import { replaceRelated } from "../../typeorm/related-objects";
import { withFindOptions } from "../../typeorm/query-text";
import { selectWithKey, type RelationNode } from "./relation-nodes";
import {
  findPairs,
  isOneOf,
  keyOf,
  type Found,
  type Pair,
  type Parents,
  type Reader,
} from "./relation-pairs";

/**
 * Loads relations of the objects that a find has found, each with the rows that its node says, and sets them: two SELECTs for
 * each relation, one for which rows belong together and one for the rows, however many objects there are.
 *
 * In TypeORM `withDeleted` is all or nothing within one query; hence queries of their own.
 *
 * @internal
 */
export async function loadRelations(
  reader: Reader,
  found: Found,
  nodes: readonly RelationNode[],
  parents: Parents = { ...found, path: [] },
): Promise<void> {
  const { metadata, objects, path } = parents;
  if (objects.length === 0) return;
  // One after the other: they may share one connection.
  for (const node of nodes) {
    const target = node.relation.inverseEntityMetadata;
    const pairs = await findPairs(reader, found, parents, node);
    const rows = await findRows(reader, target, pairs, node.select);
    setRelation(reader, metadata, objects, node, pairs, rows);
    await loadRelations(reader, found, node.below, {
      metadata: target,
      objects: [...rows.values()],
      path: [...path, node.relation],
    });
  }
  relationsLoaded(reader.manager.dataSource, metadata, objects);
}

/** The related rows as objects, by the text of their keys. */
async function findRows(
  reader: Reader,
  target: EntityMetadata,
  pairs: readonly Pair[],
  select: object | undefined,
): Promise<Map<string, ObjectLiteral>> {
  const { manager } = reader;
  const { dataSource } = manager;
  const keys = new Map(pairs.map(([, related]) => [keyTextOf(dataSource, related), related]));
  const columns = selectWithKey(target, select);
  const rows = new Map<string, ObjectLiteral>();
  if (keys.size === 0) return rows;
  const query = withFindOptions(
    manager.createQueryBuilder<ObjectLiteral>(target.target, "related", reader.queryRunner),
    { withDeleted: true, loadEagerRelations: false, ...(columns ? { select: columns } : {}) },
  ).andWhere(...isOneOf(dataSource, target, "related", [...keys.values()]).named());
  for (const row of await query.getMany()) rows.set(keyTextOf(dataSource, keyOf(target, row)), row);
  return rows;
}

function setRelation(
  { manager }: { readonly manager: EntityManager },
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
