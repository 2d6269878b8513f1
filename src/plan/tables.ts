import { EntitySchema, type DataSource, type EntityMetadata } from "typeorm";

import {
  annotationsOf,
  inheritedAnnotations,
  noAnnotations,
  type Annotations,
  type SoftDeleteColumnRole,
} from "../entity/annotations";
import { SoftDeleteConfigurationError } from "../errors";
import type { SoftDeleteColumns, Table, StampedRole } from "./table";
import type { Column } from "../typeorm/metadata";

/** The annotations of an entity, whether it is a class or an `EntitySchema`. @internal */
export function entityAnnotations(
  dataSource: DataSource,
  target: string | ((...args: never[]) => unknown),
): Annotations {
  if (typeof target === "function") {
    const own = inheritedAnnotations(target);
    const schema = findSchema(dataSource, target);
    if (!schema) return own;
    const declared = annotationsOf(schema.options);
    return {
      policies: new Map([...own.policies, ...declared.policies]),
      columns: new Map([...own.columns, ...declared.columns]),
      uniques: [...own.uniques, ...declared.uniques],
    };
  }
  const schema = findSchema(dataSource, target);
  return schema ? annotationsOf(schema.options) : noAnnotations();
}

function findSchema(dataSource: DataSource, target: unknown): EntitySchema | undefined {
  return Object.values(dataSource.options.entities ?? {}).find(
    (entity): entity is EntitySchema =>
      entity instanceof EntitySchema && (entity.options.target ?? entity.options.name) === target,
  );
}

/** The tables of a data source: one per table, whatever number of entities share it. @internal */
export function compileTables(dataSource: DataSource): Map<string, Table> {
  const tables = new Map<string, Table>();
  for (const metadata of dataSource.entityMetadatas) {
    if (metadata.tableType !== "regular") continue;
    tables.set(metadata.tablePath, {
      metadata,
      name: metadata.name,
      primary: metadata.primaryColumns,
      softDelete: softDeleteColumns(dataSource, metadata),
    });
  }
  return tables;
}

function softDeleteColumns(
  dataSource: DataSource,
  metadata: EntityMetadata,
): SoftDeleteColumns | null {
  const roles = new Map<SoftDeleteColumnRole, Column>();
  for (const column of metadata.columns) {
    const owner = column.embeddedMetadata ? column.embeddedMetadata.type : column.target;
    const role = entityAnnotations(dataSource, owner as string).columns.get(column.propertyName);
    if (role) roles.set(role, column);
  }
  const deletionId = roles.get("deletionId");
  if (!deletionId) return null;
  if (!metadata.deleteDateColumn) {
    throw SoftDeleteConfigurationError.deletionIdWithoutDeleteDate(
      `${metadata.name}.${deletionId.propertyPath}`,
    );
  }
  return {
    deletionId,
    deletedAt: metadata.deleteDateColumn,
    deletedFlag: roles.get("deletedFlag"),
    stamped: new Map<StampedRole, Column>([["deletedAt", metadata.deleteDateColumn], ...roles]),
    version: metadata.versionColumn,
    updateDate: metadata.updateDateColumn,
  };
}
