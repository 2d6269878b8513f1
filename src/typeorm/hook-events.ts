import type { InsertEvent, ObjectLiteral, RemoveEvent, UpdateEvent } from "typeorm";

import { idMapOf } from "./metadata";

// What TypeORM's hooks give away, and when, is hardly documented. Beside the functions below, the subscriber leans on their
// order and timing, as test/typeorm/hooks.test.ts tells one by one.

/**
 * The row that `save()` is about to change, as TypeORM has just read it; undefined for `update()` and the query builder, whose
 * `event.entity` is what they set.
 *
 * Leans on `UpdateEvent.databaseEntity`, which is not declared as possibly undefined.
 *
 * @internal
 */
export function storedRow(event: UpdateEvent<ObjectLiteral>): ObjectLiteral | undefined {
  return event.databaseEntity;
}

/**
 * The object that is about to be inserted, whose properties may still be set; undefined for a row of a junction table, of which
 * `save()` tells as of others. An insert from a SELECT is not told at all.
 *
 * Leans on `InsertEvent.entity`, which is not declared as possibly undefined.
 *
 * @internal
 */
export function insertedObject(event: InsertEvent<ObjectLiteral>): ObjectLiteral | undefined {
  return event.entity;
}

/**
 * In `afterInsert`: whether it is `save()` that has inserted, and neither `insert()` nor the query builder.
 *
 * Leans on `InsertEvent.entityId`, which `save()` alone gives.
 *
 * @internal
 */
export function isSaved(event: InsertEvent<ObjectLiteral>): boolean {
  return event.entityId !== undefined;
}

/**
 * The primary key of the row that `softRemove()` or `recover()` writes; undefined for `softDelete()`, `restore()` and the query
 * builder, of which TypeORM tells its hooks no row.
 *
 * Leans on `RemoveEvent.entityId`, which is a value where the key is one column, and an object otherwise.
 *
 * @internal
 */
export function removedId({
  metadata,
  entity,
  entityId,
}: RemoveEvent<ObjectLiteral>): ObjectLiteral | undefined {
  // Of two objects whose keys are dates within one second, TypeORM gives both the key of the first.
  const own = entity ? metadata.getEntityIdMap(entity) : undefined;
  return own ?? (entityId === undefined ? undefined : idMapOf(metadata, entityId));
}

/**
 * What tells inserts, or updates, from each other that are started in one turn, but for those of one transaction.
 *
 * Leans on TypeORM giving the query runner a new manager for each call outside a transaction, on SQLite too, where all calls share
 * the query runner.
 *
 * @internal
 */
export function callOf({ manager }: Pick<InsertEvent<ObjectLiteral>, "manager">): object {
  return manager;
}
