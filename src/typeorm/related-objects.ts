import type { EntityMetadata, ObjectLiteral } from "typeorm";

import type { Relation } from "./metadata";

/** An object that another one holds. */
export interface RelatedObject {
  readonly relation: Relation;
  readonly object: ObjectLiteral;
  /** That of its own class. */
  readonly metadata: EntityMetadata;
}

/**
 * The objects that an object holds for its relations, lists taken apart; of lazy relations those that have been read.
 *
 * Leans on `EntityMetadata.extractRelationValuesFromEntity()`, by which TypeORM's own cascade goes.
 *
 * @internal
 */
export function relatedObjects(metadata: EntityMetadata, object: ObjectLiteral): RelatedObject[] {
  return metadata
    .extractRelationValuesFromEntity(object, metadata.relations)
    .map(([relation, value, inverse]) => ({
      relation,
      object: value as ObjectLiteral,
      metadata: inverse,
    }))
    .filter((related) => typeof related.object === "object");
}

/**
 * Calls back whenever the caller assigns a lazy relation of a loaded object, and not when TypeORM has read it. Returns
 * whether the object was loaded, so that it can be told.
 *
 * Leans on TypeORM giving each loaded object accessors of its own for its lazy relations, which may be defined anew.
 *
 * @internal
 */
export function watchAssignment(
  relation: Relation,
  object: ObjectLiteral,
  assigned: () => void,
): boolean {
  const property = Object.getOwnPropertyDescriptor(object, relation.propertyName);
  if (!property?.set) return false;
  Object.defineProperty(object, relation.propertyName, {
    ...property,
    set(this: unknown, value: unknown) {
      assigned();
      property.set?.call(this, value);
    },
  });
  return true;
}

/**
 * Makes an object hold a value for a relation, in the place of the one that is there: TypeORM's own setter would merge an
 * object into that.
 *
 * Leans on a lazy relation's value standing in a property that is named after it, between double underscores.
 *
 * @internal
 */
export function replaceRelated(relation: Relation, object: ObjectLiteral, value: unknown): void {
  let holder = object;
  for (const property of relation.embeddedMetadata?.parentPropertyNames ?? []) {
    holder = holder[property] as ObjectLiteral;
  }
  holder[relation.isLazy ? `__${relation.propertyName}__` : relation.propertyName] = value;
}
