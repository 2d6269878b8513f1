import {
  IsNull,
  Raw,
  type EntityMetadata,
  type FindManyOptions,
  type FindOperator,
  type FindOptionsWhere,
  type ObjectLiteral,
} from "typeorm";

import type { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { findAlias } from "../../typeorm/query-text";
import { quoted } from "../../typeorm/quoting";
import {
  at,
  isConditions,
  orderedBy,
  relationNodes,
  selectWithKey,
  valueAt,
  type RelationNode,
} from "./relation-nodes";
import { NO_RELATIONS, type RelationScope } from "./relation-scope";
import { scopedOptions, withCondition, type Scope } from "./scope";

/** @internal */
export type Where = FindOptionsWhere<ObjectLiteral>;

/**
 * Find options for the root rows alone, of a repository whose scope names relations: these are loaded afterwards.
 *
 * TypeORM's `withDeleted` is all or nothing. Where a condition or an order goes by a relation whose deleted rows count, all
 * rows are read, and every other table in the conditions gets its own `IS NULL`.
 *
 * @internal
 */
export function rootOptions<Entity extends ObjectLiteral, Options extends FindManyOptions<Entity>>(
  metadata: EntityMetadata,
  graph: SoftDeleteGraph,
  scope: Scope,
  named: RelationScope,
  options: Options,
): Options {
  const root = { ...options, loadEagerRelations: false };
  delete root.relations;
  const select = selectWithKey(metadata, options.select);
  if (select) root.select = select;
  const joined = orderedRelations(relationNodes(metadata, options, named));
  if (joined) {
    // A page is found by what is selected: these are read here as well, and loaded anew like the others.
    Object.assign(root, { relations: joined.relations, relationLoadStrategy: "join" });
    if (select) root.select = merged(select, joined.select);
  }
  const read = options.withDeleted === true && scope === "active" ? "withDeleted" : scope;
  if (read === "active" && !mentions(named, options.where) && !mentions(named, options.order)) {
    return root;
  }
  const where = exactWhere(metadata, graph, named, options.where ?? {});
  const path = metadata.deleteDateColumn?.propertyPath.split(".") ?? [];
  if (read !== "active") return scopedOptions<Entity, Options>(metadata, read, { ...root, where });
  const roots = [where].flat().map((one: Where) => withCondition(one, path, IsNull()));
  return { ...root, withDeleted: true, where: roots };
}

/**
 * A `where` that goes by the rows of each relation that the scope reads: of all other tables by active ones.
 *
 * @internal
 */
export function exactWhere(
  metadata: EntityMetadata,
  graph: SoftDeleteGraph,
  named: RelationScope,
  where: Where | Where[],
): Where | Where[] {
  return new ExactWhere(metadata, graph).of(metadata, where, named);
}

/** What the order goes by of related rows: their relations, and of each the columns. */
function orderedRelations(
  nodes: readonly RelationNode[],
): { readonly relations: object; readonly select: object } | undefined {
  let relations = {};
  let select = {};
  for (const { relation, order, below } of nodes) {
    if (!order) continue;
    const target = relation.inverseEntityMetadata;
    const deeper = orderedRelations(below);
    const path = relation.propertyPath.split(".");
    const columns = orderedBy(target, order).map(([column]) => column);
    let selected = selectWithKey(
      target,
      columns.reduce((all, one) => merged(all, at(one.split("."), true)), {}),
    );
    if (deeper) selected = merged(selected ?? {}, deeper.select);
    relations = merged(relations, at(path, deeper?.relations ?? true));
    select = merged(select, at(path, selected ?? true));
  }
  return Object.keys(relations).length > 0 ? { relations, select } : undefined;
}

/** Both objects in one, at any depth; what both hold is as in the second, unless that is an object. */
function merged(one: object, other: object): object {
  const result: Record<string, unknown> = { ...one };
  for (const [property, value] of Object.entries(other)) {
    const known = result[property];
    result[property] = isConditions(known) && isConditions(value) ? merged(known, value) : value;
  }
  return result;
}

/** Whether conditions or an order go by the columns of a named relation. */
function mentions(named: RelationScope, by: unknown): boolean {
  if (Array.isArray(by)) return by.some((one) => mentions(named, one));
  return [...named].some(([path]) => isConditions(valueAt(by, path)));
}

class ExactWhere {
  constructor(
    private readonly root: EntityMetadata,
    private readonly graph: SoftDeleteGraph,
  ) {}

  /** The conditions, with one for the state of each related row that they go by. */
  of(
    metadata: EntityMetadata,
    where: Where | Where[],
    named: RelationScope,
    prefix = "",
  ): Where | Where[] {
    if (Array.isArray(where)) {
      // TypeORM takes an empty list for no condition at all.
      const list: readonly Where[] = where.length > 0 ? where : [{}];
      return list.map((one) => this.#one(metadata, one, named, prefix));
    }
    return this.#one(metadata, where, named, prefix);
  }

  #one(metadata: EntityMetadata, where: Where, named: RelationScope, prefix: string): Where {
    const result: Record<string, unknown> = { ...where };
    for (const [property, value] of Object.entries(result)) {
      if (!isConditions(value)) continue;
      const path = prefix + property;
      const relation = metadata.findRelationWithPropertyPath(path);
      if (metadata.findEmbeddedWithPropertyPath(path)) {
        result[property] = this.of(metadata, value, named, `${path}.`);
      } else if (relation && Object.keys(value).length > 0) {
        result[property] = this.#related(relation.inverseEntityMetadata, value, named.get(path));
      }
    }
    return result;
  }

  #related(
    target: EntityMetadata,
    value: object,
    node: ReturnType<RelationScope["get"]>,
  ): Where | Where[] {
    const where = this.of(target, value, node?.below ?? NO_RELATIONS);
    const deletedAt = target.deleteDateColumn;
    if (!deletedAt || node?.rows === "any") return where;
    const add = (one: Where): Where => {
      if (node?.rows !== "sameDeletion") {
        return withCondition(one, deletedAt.propertyPath.split("."), IsNull());
      }
      const deletionId = this.graph.deletionId(target);
      return withCondition(one, deletionId.propertyPath.split("."), this.#rootDeletion());
    };
    return Array.isArray(where) ? where.map(add) : add(where);
  }

  #rootDeletion(): FindOperator<unknown> {
    const deletionId = this.graph.deletionId(this.root);
    const names = [findAlias(this.root), deletionId.databaseName];
    const column = names.map((name) => quoted(this.root.dataSource, name)).join(".");
    return Raw((alias) => `${alias} = ${column}`);
  }
}
