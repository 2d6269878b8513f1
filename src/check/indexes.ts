import type { Dialect } from "../sql/dialect";
import type { Edge } from "../plan/edge";
import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import type { CheckFinding } from "./finding";
import { foreignKeysOf, isIndexed, keysOf, startsWith } from "../plan/declared-keys";

/** Binding relations whose foreign key has no index, and soft-deletable entities without the indexes of undo and purge. @internal */
export function indexFindings(graph: SoftDeleteGraph, dialect: Dialect): CheckFinding[] {
  return [
    ...graph.edges.filter((edge) => !hasForeignKeyIndex(edge, dialect)).map(foreignKeyFinding),
    ...graph.softDeletable.flatMap(undoFindings),
  ];
}

function foreignKeyFinding({ relation, child, on, policy }: Edge): CheckFinding {
  const columns = on.map((pair) => pair.child.databaseName).join(", ");
  return {
    code: "foreign-key-without-index",
    severity: "warning",
    entity: child.name,
    message: `${relation} (${policy}): no index of ${child.name} starts with (${columns}), so every soft delete and restore of a parent scans the whole table.`,
    remedy: `Add @Index() to ${relation}.`,
  };
}

function hasForeignKeyIndex({ child, on }: Edge, dialect: Dialect): boolean {
  const columns = on.map((pair) => pair.child);
  return (
    isIndexed(child, columns, dialect.partialIndexes) ||
    (dialect.indexesForeignKeys && foreignKeysOf(child).some((key) => startsWith(key, columns)))
  );
}

function undoFindings(table: SoftDeleteTable): CheckFinding[] {
  const { deletedAt, deletionId } = table.softDelete;
  const purposes = [
    [deletionId, deletedAt, "every restore by deletion id"],
    [deletedAt, deletionId, "every trash listing and purge"],
  ] as const;
  return purposes
    .filter(([first]) => !keysOf(table).some((key) => key.columns[0] === first))
    .map(([first, second, purpose]) => ({
      code: "undo-index-missing",
      severity: "warning",
      entity: table.name,
      message: `${table.name}.${first.propertyPath} has no index, so ${purpose} scans the whole table.`,
      // TypeORM gives two indexes over the same columns the same name.
      remedy: `Add @Index("IDX_${table.metadata.tableName}_${first.databaseName}", ["${first.propertyPath}", "${second.propertyPath}"]) to ${table.name}, or let it extend SoftDeletable; to an EntitySchema add it in "indices".`,
    }));
}
