import type { DataSource, QueryRunner } from "typeorm";

import { SoftDeleteConfigurationError } from "../../errors";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { retypedColumns } from "../../plan/retyped-columns";
import { unmappedDeleteDates } from "../../plan/unmapped-delete-dates";
import { keepsRetypedColumns, loadedTables } from "../../typeorm/schema-builder";

/**
 * Stops TypeORM's schema builder before it drops a delete date: one that no entity maps, or one that is declared with another
 * type. Costs nothing where there is none.
 *
 * @throws SoftDeleteConfigurationError for such a column.
 * @internal
 */
export async function refuseDroppedDeleteDate(
  dataSource: DataSource,
  runner: QueryRunner,
): Promise<void> {
  for (const table of SoftDeleteGraph.of(dataSource).softDeletable) {
    if (!table.metadatas.some((metadata) => metadata.synchronize)) continue;
    const [retyped] = keepsRetypedColumns(dataSource)
      ? []
      : retypedColumns(table, loadedTables(runner));
    if (retyped) throw SoftDeleteConfigurationError.retypedColumn(retyped);
    for (const column of unmappedDeleteDates(table, loadedTables(runner))) {
      // The one connection of SQLite may have loaded the table before a migration changed it.
      if (!(await runner.hasColumn(table.metadata.tablePath, column))) continue;
      throw SoftDeleteConfigurationError.unmappedDeleteDate(
        table.name,
        table.metadata.tableName,
        column,
      );
    }
  }
}
