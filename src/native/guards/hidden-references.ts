import {
  IsNull,
  Not,
  type EntityManager,
  type EntityMetadata,
  type ObjectLiteral,
  type QueryRunner,
  type UpdateEvent,
} from "typeorm";

import { ownMetadata, type Relation } from "../../typeorm/metadata";
import { replaceRelated, watchAssignment } from "../../typeorm/related-objects";
import { storedRow } from "../../typeorm/hook-events";

/** A reference that an object has for the time of a `save()`. */
interface Lent {
  readonly relation: Relation;
  readonly stored: ObjectLiteral;
  /** What the row from the database had. */
  readonly value: unknown;
  /** What the object had: null or, loaded by `loadRelationIds`, the id alone. */
  readonly own: unknown;
}

/**
 * Keeps the foreign keys of loaded objects whose relation came as `null` because its target is soft-deleted: `save()` would
 * take the null for a change. Emits no statement, but for a relation that TypeORM may have read after it had told of the
 * object: one SELECT, where `save()` is about to null its foreign key.
 */
export class HiddenReferences {
  /** The property paths of the relations whose null, if they have one, comes from the database. */
  readonly #notes = new WeakMap<ObjectLiteral, Set<string>>();
  /** The property paths of the relations that may become null by TypeORM's doing, without it telling anybody. */
  readonly #unread = new WeakMap<ObjectLiteral, Set<string>>();
  readonly #lent = new WeakMap<QueryRunner, Map<ObjectLiteral, Lent[]>>();
  readonly #relations = new WeakMap<EntityMetadata, readonly Relation[]>();

  /** An object has been loaded. */
  note(entity: ObjectLiteral, metadata: EntityMetadata): void {
    for (const relation of this.#relationsOf(ownMetadata(metadata, entity))) {
      if (relation.isLazy) this.#watch(entity, relation);
      else if (relation.getEntityValue(entity) === null) add(this.#notes, entity, relation);
      else this.#await(entity, relation);
    }
  }

  /** An object has been inserted, of which `reload()` may read the eager relations. */
  inserted(entity: ObjectLiteral, metadata: EntityMetadata): void {
    for (const relation of this.#relationsOf(metadata)) this.#await(entity, relation);
  }

  /** A relation that is read by a query of its own comes later than the object, one that `reload()` reads as well. */
  #await(entity: ObjectLiteral, relation: Relation): void {
    const value: unknown = relation.getEntityValue(entity);
    const target = relation.inverseEntityMetadata.deleteDateColumn;
    const visible = isObject(value) && (target?.getEntityValue(value) ?? null) === null;
    // What is no object is the id alone, by `loadRelationIds`.
    if (!isObject(value) || (relation.isEager && visible)) add(this.#unread, entity, relation);
  }

  /** Before an object is written: gives it the references that the row has, so that TypeORM writes those. */
  async lend(event: UpdateEvent<ObjectLiteral>): Promise<void> {
    const { queryRunner, manager, metadata, entity } = event;
    const stored = storedRow(event);
    const [noted, unread] = entity ? [this.#notes.get(entity), this.#unread.get(entity)] : [];
    if (!entity || !stored || (!noted && !unread)) return;
    const lent: Lent[] = [];
    for (const relation of this.#relationsOf(metadata)) {
      const value: unknown = relation.getEntityValue(entity);
      const path = relation.propertyPath;
      // From now on a null is the user's own.
      if (value !== undefined && value !== null) noted?.delete(path);
      if (value === undefined || isObject(value)) continue;
      const reference =
        value === null ? referenceOf(relation, entity, stored) : idOf(relation, value);
      if (!reference) continue;
      const hidden = value !== null || noted?.has(path) === true;
      if (
        !hidden &&
        !(unread?.has(path) === true && (await isDeleted(manager, relation, reference)))
      )
        continue;
      lent.push({ relation, stored, value: relation.getEntityValue(stored), own: value });
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
    for (const { relation, stored, value, own } of byEntity?.get(entity) ?? []) {
      replaceRelated(relation, entity, own);
      replaceRelated(relation, stored, value);
    }
    byEntity?.delete(entity);
  }

  /** A transaction has been rolled back, in which objects may have been about to be written. */
  takeAllBack(runner: QueryRunner): void {
    for (const entity of [...(this.#lent.get(runner)?.keys() ?? [])]) this.takeBack(runner, entity);
  }

  /** A lazy relation is read later, and TypeORM tells nobody: what is not assigned comes from the database. */
  #watch(entity: ObjectLiteral, relation: Relation): void {
    if (this.#notes.get(entity)?.has(relation.propertyPath)) return;
    const forget = (): unknown => this.#notes.get(entity)?.delete(relation.propertyPath);
    if (watchAssignment(relation, entity, forget)) add(this.#notes, entity, relation);
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

function add(
  notes: WeakMap<ObjectLiteral, Set<string>>,
  entity: ObjectLiteral,
  { propertyPath }: Relation,
): void {
  const noted = notes.get(entity);
  if (noted) noted.add(propertyPath);
  else notes.set(entity, new Set([propertyPath]));
}

function isObject(value: unknown): value is ObjectLiteral {
  return typeof value === "object" && value !== null;
}

/** A reference that is given as an id: TypeORM nulls a foreign key that is a property as well, and is not told apart from it. */
function idOf({ joinColumns }: Relation, value: unknown): ObjectLiteral | undefined {
  const [column] = joinColumns;
  if (!column || joinColumns.length > 1 || column.isVirtual) return undefined;
  const reference: ObjectLiteral = {};
  column.referencedColumn?.setEntityValue(reference, value);
  return reference;
}

async function isDeleted(
  manager: EntityManager,
  { inverseEntityMetadata: { target, deleteDateColumn } }: Relation,
  reference: ObjectLiteral,
): Promise<boolean> {
  if (!deleteDateColumn) return false;
  const found: unknown = await manager
    .createQueryBuilder<ObjectLiteral>(target, "hidden")
    .select("1", "found")
    .withDeleted()
    .where(reference)
    .andWhere({ [deleteDateColumn.propertyPath]: Not(IsNull()) })
    .getRawOne();
  return found !== undefined;
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
