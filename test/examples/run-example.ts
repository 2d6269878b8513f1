import type { DataSource, DataSourceOptions } from "typeorm";

import type { TestDatabase, TestDataSourceOptions } from "../harness";

/** The main function of an example. */
export type Example = (database: DataSourceOptions, print: (line: string) => void) => Promise<void>;

export interface RunExample {
  /** What the example printed. */
  readonly lines: readonly string[];
  /** A connection of the test's own onto what the example left behind, without any entities. */
  readonly dataSource: DataSource;
}

/** Runs an example on an empty database of the test's own. */
export async function runExample(
  database: TestDatabase,
  main: Example,
  options: TestDataSourceOptions = {},
): Promise<RunExample> {
  const dataSource = await database.open([], { file: true, ...options });
  const lines: string[] = [];
  await main(dataSource.options, (line) => lines.push(line));
  return { lines, dataSource };
}

/** Rows as the driver gives them: a boolean, for one, is a number on some databases. */
export async function rowsOf(
  { dataSource }: RunExample,
  table: string,
  columns: readonly string[],
): Promise<unknown[][]> {
  const escaped = columns.map((column) => dataSource.driver.escape(column)).join(", ");
  const rows: Record<string, unknown>[] = await dataSource.query(
    `SELECT ${escaped} FROM ${dataSource.driver.escape(table)} ORDER BY id`,
  );
  return rows.map((row) => columns.map((column) => row[column]));
}
