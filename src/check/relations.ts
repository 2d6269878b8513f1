import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable, Table } from "../plan/table";
import type { CheckFinding } from "./finding";
import type { Relation } from "../typeorm/metadata";

/** Foreign keys and junction tables through which rows vanish without this package being asked. @internal */
export function relationFindings(graph: SoftDeleteGraph): CheckFinding[] {
  return [
    ...graph.softDeletable.flatMap(foreignKeyFindings),
    ...graph.tables.flatMap((table) =>
      manyToManyRelations(table)
        .filter((relation) => graph.find(relation.inverseEntityMetadata))
        .map(manyToManyFinding),
    ),
  ];
}

/** Each once: with single-table inheritance the one at the top has those of its child entities. */
function manyToManyRelations({ metadatas }: Table): Relation[] {
  return metadatas
    .filter((metadata) => metadata.tableType !== "entity-child")
    .flatMap((metadata) => metadata.manyToManyRelations);
}

function foreignKeyFindings({ name: entity, metadatas }: SoftDeleteTable): CheckFinding[] {
  const known = new Map(
    metadatas
      .flatMap((metadata) => metadata.foreignKeys)
      .map((key) => [`${key.name} ${key.onDelete ?? ""}`, key]),
  );
  return [...known.values()].flatMap(({ onDelete, columns, referencedEntityMetadata }) => {
    const property = columns.map(({ relationMetadata, propertyPath }) =>
      relationMetadata ? relationMetadata.propertyPath : propertyPath,
    );
    const path = `${entity}.${property.join(", ")}`;
    const parent = referencedEntityMetadata.name;
    if (onDelete === "CASCADE") {
      return {
        code: "database-cascade",
        severity: "warning",
        entity,
        message: `${path}: by ON DELETE CASCADE, hard-deleting ${parent} rows removes their rows of ${entity} for good, active ones too.`,
        remedy: `Remove onDelete from the relation; @OnSoftDelete("CASCADE") makes a soft delete cascade.`,
      };
    }
    if (onDelete === "SET NULL") {
      return {
        code: "database-set-null",
        severity: "warning",
        entity,
        message: `${path}: by ON DELETE SET NULL, hard-deleting ${parent} rows cuts their rows of ${entity} off, and a restore cannot join them again.`,
        remedy: `Remove onDelete from the relation, unless rows of ${entity} are meant to outlive their ${parent}.`,
      };
    }
    return [];
  });
}

function manyToManyFinding(relation: Relation): CheckFinding {
  const { entityMetadata, inverseEntityMetadata, propertyPath } = relation;
  const path = `${entityMetadata.name}.${propertyPath}`;
  const target = inverseEntityMetadata.name;
  return {
    code: "many-to-many-drops-deleted",
    severity: "warning",
    entity: entityMetadata.name,
    message: `${path}: save() with this relation loaded deletes the junction rows to soft-deleted rows of ${target}, because TypeORM does not see those. A restore does not bring the junction rows back.`,
    remedy: `Save without the relation, or load it with withDeleted; or declare the junction table as an entity of its own.`,
  };
}
