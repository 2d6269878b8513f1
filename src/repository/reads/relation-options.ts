import {
  FindOperator,
  IsNull,
  Raw,
  type EntityMetadata,
  type FindManyOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
} from "typeorm";

import type { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { findAlias } from "../../typeorm/query-text";
import { quoted } from "../../typeorm/quoting";
import { valueAt, selectWithKey } from "./relation-nodes";
import { NO_RELATIONS, type RelationScope } from "./relation-scope";
import { scopedOptions, withCondition, type Scope } from "./scope";

type Where = FindOptionsWhere<ObjectLiteral>;

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
  const read = options.withDeleted === true && scope === "active" ? "withDeleted" : scope;
  if (read === "active" && !mentions(named, options.where) && !mentions(named, options.order)) {
    return root;
  }
  const exact = new ExactWhere(metadata, graph);
  const where = exact.of(metadata, options.where ?? {}, named);
  const path = metadata.deleteDateColumn?.propertyPath.split(".") ?? [];
  if (read !== "active") return scopedOptions<Entity, Options>(metadata, read, { ...root, where });
  const roots = [where].flat().map((one: Where) => withCondition(one, path, IsNull()));
  return { ...root, withDeleted: true, where: roots };
}

/** Whether conditions or an order go by the columns of a named relation. */
function mentions(named: RelationScope, by: unknown): boolean {
  if (Array.isArray(by)) return by.some((one) => mentions(named, one));
  return [...named].some(([path]) => isConditions(valueAt(by, path)));
}

function isConditions(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof FindOperator);
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
