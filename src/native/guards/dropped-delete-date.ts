import type { DataSource, QueryRunner } from "typeorm";

import { columnBeforeDeleteDate, nullFlag, retypedColumn, unmappedDeleteDate } from "../../errors";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { retypedColumns } from "../../plan/retyped-columns";
import type { SoftDeleteTable } from "../../plan/table";
import { columnsBeforeDeleteDate, unmappedDeleteDates } from "../../plan/unmapped-delete-dates";
import { dialectOf } from "../../sql";
import { runStatement } from "../../typeorm/run-statement";
import { keepsRetypedColumns, loadedTableOf, loadedTables } from "../../typeorm/schema-builder";

/**
 * Stops TypeORM's schema builder before it drops what says which rows are deleted: a delete date that no entity maps, or one that
 * is declared with another type, and any date or flag that goes in the run that brings the declared delete date. And before
 * it fails at a flag that holds nulls. Costs nothing where there is none of these.
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
    if (retyped) throw retypedColumn(retyped);
    await refuseUnmapped(runner, table);
    await refuseNullFlag(runner, table);
  }
}

async function refuseUnmapped(runner: QueryRunner, table: SoftDeleteTable): Promise<void> {
  const { metadata, name, softDelete } = table;
  const { tableName, tablePath } = metadata;
  // The one connection of SQLite may have loaded the table before a migration changed it.
  const has = (column: string): Promise<boolean> => runner.hasColumn(tablePath, column);
  for (const column of unmappedDeleteDates(table, loadedTables(runner))) {
    if (!(await has(column))) continue;
    throw unmappedDeleteDate(name, tableName, column);
  }
  const deletedAt = softDelete.deletedAt.databaseName;
  for (const column of columnsBeforeDeleteDate(table, loadedTables(runner))) {
    if (!(await has(column)) || (await has(deletedAt))) continue;
    throw columnBeforeDeleteDate(name, tableName, column, deletedAt);
  }
}

/** A flag that the table has already, and that may be null there. */
async function refuseNullFlag(runner: QueryRunner, table: SoftDeleteTable): Promise<void> {
  const { metadata, name, softDelete } = table;
  const { deletedFlag } = softDelete;
  if (!deletedFlag || deletedFlag.isNullable) return;
  const column = deletedFlag.databaseName;
  const loaded = loadedTableOf(metadata, loadedTables(runner))?.columns;
  if (!loaded?.some((one) => one.name === column && one.isNullable)) return;
  const { names } = dialectOf(metadata.dataSource);
  const { records } = await runStatement(
    runner,
    `SELECT 1 FROM ${names.table(table)} c WHERE ${names.of("c", deletedFlag)} IS NULL LIMIT 1`,
    [],
  );
  if (records.length === 0) return;
  const path = `${name}.${deletedFlag.propertyPath}`;
  throw nullFlag(path, names.table(table), names.column(deletedFlag));
}
