import type { DataSource, EntityMetadata, ObjectLiteral } from "typeorm";

/** Under this name the subscriber is told; a registered symbol, since a package may be installed twice. @internal */
export const RELATIONS_LOADED = Symbol.for("typeorm-soft-delete:relations-loaded");

/** What the subscriber does when it is told. @internal */
export interface RelationsLoadedListener {
  [RELATIONS_LOADED]?(object: ObjectLiteral, metadata: EntityMetadata): void;
}

/** Tells the subscriber of objects whose relations were set after TypeORM had called `afterLoad`. @internal */
export function relationsLoaded(
  dataSource: DataSource,
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
): void {
  for (const subscriber of dataSource.subscribers as RelationsLoadedListener[]) {
    for (const object of objects) subscriber[RELATIONS_LOADED]?.(object, metadata);
  }
}
