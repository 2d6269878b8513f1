import type { EntityMetadata, ObjectLiteral, QueryRunner, UpdateEvent } from "typeorm";

import { ownMetadata, type Relation } from "../../typeorm/metadata";
import { replaceRelated, watchAssignment } from "../../typeorm/related-objects";
import { storedRow } from "../../typeorm/hook-events";

/** A reference that an object has for the time of a `save()`. */
interface Lent {
  readonly relation: Relation;
  readonly stored: ObjectLiteral;
  /** What the row from the database had. */
  readonly value: unknown;
}

/**
 * Keeps the foreign keys of loaded objects whose relation came as `null` because its target is soft-deleted: `save()` would
 * take the null for a change. Emits no statement.
 */
export class HiddenReferences {
  /** The property paths of the relations whose null, if they have one, comes from the database. */
  readonly #notes = new WeakMap<ObjectLiteral, Set<string>>();
  readonly #lent = new WeakMap<QueryRunner, Map<ObjectLiteral, Lent[]>>();
  readonly #relations = new WeakMap<EntityMetadata, readonly Relation[]>();

  /** An object has been loaded. */
  note(entity: ObjectLiteral, metadata: EntityMetadata): void {
    for (const relation of this.#relationsOf(ownMetadata(metadata, entity))) {
      if (relation.isLazy) this.#watch(entity, relation);
      else if (relation.getEntityValue(entity) === null) this.#add(entity, relation);
    }
  }

  /** Before an object is written: gives it the references that the row has, so that TypeORM writes those. */
  lend(event: UpdateEvent<ObjectLiteral>): void {
    const { queryRunner, metadata, entity } = event;
    const stored = storedRow(event);
    const noted = entity && this.#notes.get(entity);
    if (!entity || !stored || !noted) return;
    const lent: Lent[] = [];
    for (const relation of this.#relationsOf(metadata)) {
      const value: unknown = relation.getEntityValue(entity);
      // From now on a null is the user's own.
      if (value !== undefined && value !== null) noted.delete(relation.propertyPath);
      if (value !== null || !noted.has(relation.propertyPath)) continue;
      const reference = referenceOf(relation, entity, stored);
      if (!reference) continue;
      lent.push({ relation, stored, value: relation.getEntityValue(stored) });
      replaceRelated(relation, entity, reference);
      // Where both are the same, TypeORM does not look at the object again, and writes the null that it found first.
      replaceRelated(relation, stored, null);
    }
    if (lent.length === 0) return;
    const byEntity = this.#lent.get(queryRunner) ?? new Map<ObjectLiteral, Lent[]>();
    this.#lent.set(queryRunner, byEntity.set(entity, lent));
  }

  /** After an object has been written: it is as it was. */
  takeBack(runner: QueryRunner, entity: ObjectLiteral): void {
    const byEntity = this.#lent.get(runner);
    for (const { relation, stored, value } of byEntity?.get(entity) ?? []) {
      replaceRelated(relation, entity, null);
      replaceRelated(relation, stored, value);
    }
    byEntity?.delete(entity);
  }

  /** A transaction has been rolled back, in which objects may have been about to be written. */
  takeAllBack(runner: QueryRunner): void {
    for (const entity of [...(this.#lent.get(runner)?.keys() ?? [])]) this.takeBack(runner, entity);
  }

  #add(entity: ObjectLiteral, relation: Relation): void {
    const noted = this.#notes.get(entity);
    if (noted) noted.add(relation.propertyPath);
    else this.#notes.set(entity, new Set([relation.propertyPath]));
  }

  /** A lazy relation is read later, and TypeORM tells nobody: what is not assigned comes from the database. */
  #watch(entity: ObjectLiteral, relation: Relation): void {
    if (this.#notes.get(entity)?.has(relation.propertyPath)) return;
    const forget = (): unknown => this.#notes.get(entity)?.delete(relation.propertyPath);
    if (watchAssignment(relation, entity, forget)) this.#add(entity, relation);
  }

  /** The relations with a foreign key whose targets can be hidden. */
  #relationsOf(metadata: EntityMetadata): readonly Relation[] {
    const known = this.#relations.get(metadata);
    if (known) return known;
    const relations = metadata.relationsWithJoinColumns.filter(
      (relation) => relation.inverseEntityMetadata.deleteDateColumn !== undefined,
    );
    this.#relations.set(metadata, relations);
    return relations;
  }
}

/** What the foreign key refers to, or is set to by its own property; undefined when that is nothing. */
function referenceOf(
  relation: Relation,
  entity: ObjectLiteral,
  stored: ObjectLiteral,
): ObjectLiteral | undefined {
  const reference: ObjectLiteral = {};
  for (const column of relation.joinColumns) {
    const own: unknown = column.isVirtual ? undefined : column.getEntityValue(entity);
    const value: unknown = own === undefined ? column.getEntityValue(stored) : own;
    if (value === undefined || value === null) return undefined;
    column.referencedColumn?.setEntityValue(reference, value);
  }
  return reference;
}
