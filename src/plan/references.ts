import type { DataSource, EntityMetadata } from "typeorm";

import type { Column } from "./table";

/** A foreign key of any entity, binding or not, junction tables included. */
export interface Reference {
  /** The entity, or junction table, that holds the foreign key. */
  readonly holder: EntityMetadata;
  readonly columns: readonly Column[];
  /** The table path of what it refers to. */
  readonly referencedPath: string;
  readonly referencedColumns: readonly Column[];
  /** What the database does to the holder's row when the referenced one is deleted for good. */
  readonly onDelete: string | undefined;
  /** `Entity.property`, or the table's name for a junction table. */
  readonly relation: string;
  readonly isJunction: boolean;
}

/** Every foreign key of a data source, each once: the entities of single-table inheritance share theirs. @internal */
export function compileReferences(dataSource: DataSource): Reference[] {
  const references = new Map<string, Reference>();
  for (const holder of dataSource.entityMetadatas) {
    if (holder.tableType === "entity-child") continue;
    for (const {
      columns,
      referencedColumns,
      referencedEntityMetadata,
      onDelete,
    } of holder.foreignKeys) {
      const names = columns.map((column) => column.databaseName);
      const relation = holder.relations.find((candidate) =>
        candidate.joinColumns.some((column) => names.includes(column.databaseName)),
      );
      const isJunction = holder.tableType !== "regular";
      references.set(
        `${holder.tablePath} ${names.join(" ")} ${referencedEntityMetadata.tablePath}`,
        {
          holder,
          columns,
          referencedPath: referencedEntityMetadata.tablePath,
          referencedColumns,
          onDelete,
          relation:
            isJunction || !relation ? holder.tableName : `${holder.name}.${relation.propertyPath}`,
          isJunction,
        },
      );
    }
  }
  return [...references.values()];
}
