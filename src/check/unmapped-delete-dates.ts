import type { Table as LoadedTable } from "typeorm";

import { unmappedDeleteDates } from "../plan/unmapped-delete-dates";
import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { Session } from "../session/session";
import { loadedTableOf } from "../typeorm/schema-builder";
import type { CheckFinding } from "./finding";

/** The tables as the database has them: TypeORM's own reading, whatever their number. @internal */
export function loadTables({ graph, runner }: Session): Promise<LoadedTable[]> {
  return runner.getTables(graph.softDeletable.map(({ metadata }) => metadata.tablePath));
}

/** Columns of the package that tables do not have yet: their rows cannot be looked at. @internal */
export function missingColumnFindings(
  graph: SoftDeleteGraph,
  loaded: readonly LoadedTable[],
): CheckFinding[] {
  return graph.softDeletable.flatMap(({ metadata, name, softDelete }) => {
    const there = loadedTableOf(metadata, loaded)?.columns.map((column) => column.name) ?? [];
    const missing = [...softDelete.stamped.values()]
      .map((column) => column.databaseName)
      .filter((column) => !there.includes(column));
    if (missing.length === 0) return [];
    const finding: CheckFinding = {
      code: "missing-columns",
      severity: "error",
      entity: name,
      message: `The table of ${name} has no column ${missing.join(", ")}: no rows were looked at, of any table.`,
      remedy: `Run the migration that adds it, and call check() again.`,
    };
    return [finding];
  });
}

/** Delete dates that tables have and no entity maps. @internal */
export function unmappedDeleteDateFindings(
  graph: SoftDeleteGraph,
  loaded: readonly LoadedTable[],
): CheckFinding[] {
  return graph.softDeletable.flatMap((table) =>
    unmappedDeleteDates(table, loaded).map((column): CheckFinding => ({
      code: "unmapped-delete-date",
      severity: "warning",
      entity: table.name,
      message: `The table of ${table.name} has a column "${column}" that looks like a delete date, and no entity maps it: rows that were deleted by it count as active.`,
      remedy: `Name it as the delete date, for instance by withSoftDelete(Base, { deletedAt: { name: "${column}" } }), and call settle(${table.name}); or drop it in a migration, once nothing needs it.`,
    })),
  );
}
