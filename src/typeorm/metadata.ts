import type { DataSource, EntityMetadata, ObjectLiteral } from "typeorm";

/** A column of TypeORM's metadata. TypeORM does not export the type itself. */
export type Column = EntityMetadata["columns"][number];

/** A relation of TypeORM's metadata. */
export type Relation = EntityMetadata["relations"][number];

/**
 * What to keep by that which was compiled from a data source's entities: another object each time it is initialized.
 *
 * Leans on `initialize()` making a new list of entity metadata.
 *
 * @internal
 */
export function metadataKey(dataSource: DataSource): object {
  return dataSource.entityMetadatas;
}

/**
 * The metadata of an object's own class, where single-table inheritance has loaded it as one of its base class.
 *
 * Leans on `EntityMetadata.findInheritanceMetadata()`.
 *
 * @internal
 */
export function ownMetadata(metadata: EntityMetadata, object: ObjectLiteral): EntityMetadata {
  return metadata.findInheritanceMetadata(object);
}

/**
 * A primary key as an object, of one that is given as such or, where it is a single column, as that column's value.
 *
 * Leans on `EntityMetadata.ensureEntityIdMap()`, and on `createValueMap()` for a Date or a Buffer: TypeORM takes those for
 * such an object already.
 *
 * @internal
 */
export function idMapOf(metadata: EntityMetadata, id: unknown): ObjectLiteral {
  const [column] = metadata.primaryColumns;
  const isValue = id instanceof Date || id instanceof Uint8Array;
  return isValue && column ? column.createValueMap(id) : metadata.ensureEntityIdMap(id);
}
