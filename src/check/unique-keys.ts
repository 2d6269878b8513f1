import type { Dialect } from "../sql/dialect";
import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { tableColumn, type SoftDeleteTable } from "../plan/table";
import type { CheckFinding } from "./finding";
import type { Column } from "../typeorm/metadata";
import { keysOf, type DeclaredKey } from "../plan/declared-keys";

/** Unique keys that hold deleted rows to what only active rows should be held to. @internal */
export function uniqueKeyFindings(graph: SoftDeleteGraph, dialect: Dialect): CheckFinding[] {
  return graph.softDeletable.flatMap((table) =>
    keysOf(table)
      .filter((key) => key.isUnique)
      .flatMap((key) => finding(table, key, dialect) ?? []),
  );
}

function finding(
  table: SoftDeleteTable,
  key: DeclaredKey,
  dialect: Dialect,
): CheckFinding | undefined {
  const { name: entity, metadatas, primary } = table;
  // A key over the primary key never collides, nor does a value that the database makes up.
  if (primary.every((column) => key.columns.includes(column))) return undefined;
  if (key.columns.some((column) => column.isGenerated || dependsOnState(table, column))) {
    return undefined;
  }
  const properties = key.columns.map((column) => column.propertyPath).join(", ");
  const path = `${entity}.${properties}`;
  const remedy = `Declare the key by @UniqueActive() in place of the unique index.`;
  if (key.where !== undefined && namesState(table, key.where)) {
    if (dialect.partialIndexes) return undefined;
    return {
      code: "unique-condition-dropped",
      severity: "error",
      entity,
      message: `${path}: MySQL and MariaDB have no partial indexes, and TypeORM drops the condition of this unique index: deleted rows hold their keys.`,
      remedy,
    };
  }
  const { deletedAt, deletionId } = table.softDelete;
  if (key.columns.includes(deletedAt) || key.columns.includes(deletionId)) {
    return {
      code: "unique-key-over-delete-date",
      severity: "error",
      entity,
      message: `${path}: null equals nothing in a unique key, so this one never holds among active rows.`,
      remedy,
    };
  }
  const oneToOne = metadatas
    .flatMap((metadata) => metadata.relations)
    .find(
      (relation) =>
        relation.isOneToOneOwner &&
        relation.joinColumns.length === key.columns.length &&
        relation.joinColumns.every((column) => key.columns.includes(tableColumn(table, column))),
    );
  if (oneToOne) {
    return {
      code: "one-to-one-ignores-deletion",
      severity: "warning",
      entity,
      message: `${entity}.${oneToOne.propertyPath}: TypeORM makes the foreign key of a one-to-one unique, so a deleted ${entity} keeps its place: no new one can take it.`,
      remedy: `If one has to, declare a many-to-one with @UniqueActive() on its foreign key.`,
    };
  }
  return {
    code: "unique-key-ignores-deletion",
    severity: "warning",
    entity,
    message: `${path}: the unique key counts deleted rows, so a deleted ${entity} keeps it taken.`,
    remedy: `If a new row may take it, declare it by @UniqueActive() in place of the unique key.`,
  };
}

/** Whether it is a generated column that says whether the row is active, such as that of `@UniqueActive()`. */
function dependsOnState(table: SoftDeleteTable, column: Column): boolean {
  return column.asExpression !== undefined && namesState(table, column.asExpression);
}

function namesState({ softDelete }: SoftDeleteTable, expression: string): boolean {
  // Names as they are, or quoted: what is quoted may hold anything.
  const names = expression.match(/`[^`]+`|"[^"]+"|\w+/g) ?? [];
  const words = names.map((name) => name.replace(/^[`"]|[`"]$/g, ""));
  return [softDelete.deletedAt, softDelete.deletionId, softDelete.deletedFlag].some(
    (column) => column && words.includes(column.databaseName),
  );
}
