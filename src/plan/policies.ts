import type { EntityMetadata } from "typeorm";

import { isPolicy } from "../entity/on-soft-delete";
import type { SoftDeletePolicy } from "../entity/annotations";
import { SoftDeleteConfigurationError } from "../errors";
import type { Declarations } from "./declarations";
import { isHolding } from "./foreign-keys";
import { topOf } from "./table";
import type { Relation } from "../typeorm/metadata";

/** The policy that an entity, or the nearest of its base classes, states for a relation. @internal */
export function policyOf(
  declarations: Declarations,
  metadata: EntityMetadata,
  relation: Relation,
): SoftDeletePolicy | undefined {
  const { policies } = declarations.annotations(declarations.owner(metadata, relation));
  const policy = policies.get(relation.propertyName);
  if (policy !== undefined && !isPolicy(policy)) {
    throw SoftDeleteConfigurationError.unknownPolicy(pathOf(metadata, relation), policy);
  }
  return policy;
}

/** A relation as `Entity.property`. @internal */
export function pathOf({ name }: EntityMetadata, { propertyPath }: Relation): string {
  return `${name}.${propertyPath}`;
}

/**
 * Refuses a policy where it would silently do nothing: on a property that holds no foreign key, or on a relation to a view.
 *
 * @internal
 */
export function validatePolicies(declarations: Declarations, metadata: EntityMetadata): void {
  const relations = declarations.relations(metadata);
  for (const [property, policy] of declarations.annotations(metadata.target).policies) {
    const relation = relations.find(
      (one) => !one.embeddedMetadata && one.propertyName === property,
    );
    if (!relation && !metadata.columns.some(({ propertyName }) => propertyName === property)) {
      const names = relations.map(({ propertyName }) => propertyName);
      throw SoftDeleteConfigurationError.unknownName(
        `${metadata.name}.${property}`,
        "relation",
        names,
      );
    }
    const base = relation && withoutColumns(metadata, relation);
    if (base && policy === "KEEP") continue;
    if (base) {
      const view = base.inverseEntityMetadata.name;
      const [path, other] = [pathOf(metadata, base), pathOf(topOf(metadata), base)];
      throw SoftDeleteConfigurationError.policyWithoutColumns(path, policy, other, view);
    }
    if (!relation || !(isHolding(relation) || leadsToView(relation))) {
      throw SoftDeleteConfigurationError.policyNotOnForeignKey(`${metadata.name}.${property}`);
    }
  }
  for (const relation of relations.filter(leadsToView)) {
    const policy = policyOf(declarations, metadata, relation);
    if (policy === undefined || policy === "KEEP") continue;
    const { name } = relation.inverseEntityMetadata;
    throw SoftDeleteConfigurationError.policyToView(pathOf(metadata, relation), policy, name);
  }
}

/**
 * The relation to a view without a primary key for which TypeORM has made no columns, and so none for the relation of the same
 * name that a child entity has to another entity.
 */
function withoutColumns(metadata: EntityMetadata, relation: Relation): Relation | undefined {
  const top = topOf(metadata);
  if (top === metadata || leadsToView(relation) || relation.joinColumns.length > 0)
    return undefined;
  const shared = top.findRelationWithPropertyPath(relation.propertyPath);
  return shared && leadsToView(shared) && shared.joinColumns.length === 0 ? shared : undefined;
}

/** A view without a primary key gives a relation no columns, and TypeORM takes neither side for the one that holds them. */
function leadsToView(relation: Relation): boolean {
  const { inverseEntityMetadata, inverseRelation, isManyToOne, isOneToOne } = relation;
  if (inverseEntityMetadata.tableType !== "view") return false;
  return isManyToOne || (isOneToOne && inverseRelation?.isOneToOneOwner !== true);
}
