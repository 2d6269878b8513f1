import type { DataSource } from "typeorm";

/** When the statistics were taken by which the database plans. */
export const STATES = ["never taken", "of empty tables", "of deleted rows", "fresh"] as const;
export type State = (typeof STATES)[number];

/** How many rows each table has. */
export const ROWS = { user: 2000, post: 200, comment: 2000, like: 2000, folder: 600 };

/** Keeps the server from taking statistics by itself, of the tables of this test alone. */
export async function withoutOwnStatistics(dataSource: DataSource): Promise<void> {
  const { type } = dataSource.options;
  if (type === "better-sqlite3") return;
  for (const table of tablesOf(dataSource)) {
    await dataSource.query(
      type === "postgres"
        ? `ALTER TABLE ${table} SET (autovacuum_enabled = false)`
        : `ALTER TABLE ${table} STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0`,
    );
  }
}

/** Fills the tables anew, so that the statistics are in a state. Those never taken have to come first. */
export async function fill(dataSource: DataSource, state: State): Promise<void> {
  const run = (text: string): Promise<unknown> => dataSource.query(text);
  const tables = tablesOf(dataSource);
  const divide = ["mysql", "mariadb"].includes(dataSource.options.type) ? "DIV" : "/";
  for (const table of [...tables].reverse()) await clear(dataSource, table);
  if (state === "of empty tables") await analyze(dataSource);
  const insert = (table: string, columns: string, values: string, count: number) =>
    run(`INSERT INTO ${table} (id, ${columns}) SELECT n.i, ${values} FROM ${numbers(count)} n`);
  await insert("st_user", "name", "'user'", ROWS.user);
  await insert("st_post", "author_id", `(n.i - 1) ${divide} 10 + 1`, ROWS.post);
  await insert("st_comment", "post_id", `(n.i - 1) ${divide} 10 + 1`, ROWS.comment);
  const user = `CASE WHEN n.i % 1000 = 0 THEN n.i ${divide} 1000 END`;
  await insert("st_like", "user_id", user, ROWS.like);
  await insert("st_folder", "parent_id", "NULL", ROWS.folder);
  await run("UPDATE st_folder SET parent_id = id - 1 WHERE id > 1");
  if (state === "fresh") await analyze(dataSource);
  if (state === "of deleted rows") {
    const set =
      "deleted_at = '2025-01-01 00:00:00', deletion_id = '01890000-0000-7000-8000-000000000001'";
    for (const table of tables) await run(`UPDATE ${table} SET ${set}`);
    await analyze(dataSource);
    for (const table of tables)
      await run(`UPDATE ${table} SET deleted_at = NULL, deletion_id = NULL`);
  }
}

async function clear(dataSource: DataSource, table: string): Promise<void> {
  // Where rows are only gone, and not yet the space that they took, PostgreSQL takes a table for empty however it fills.
  if (dataSource.options.type === "postgres") {
    await dataSource.query(`TRUNCATE ${table} CASCADE`);
    return;
  }
  if (table.includes("folder")) await dataSource.query(`UPDATE ${table} SET parent_id = NULL`);
  await dataSource.query(`DELETE FROM ${table}`);
}

async function analyze(dataSource: DataSource): Promise<void> {
  const tables = tablesOf(dataSource).join(", ");
  const { type } = dataSource.options;
  if (type === "better-sqlite3") await dataSource.query("ANALYZE");
  else await dataSource.query(`${type === "postgres" ? "ANALYZE" : "ANALYZE TABLE"} ${tables}`);
}

function tablesOf(dataSource: DataSource): string[] {
  return dataSource.entityMetadatas.map(({ tableName }) => tableName);
}

/** The numbers from 1 in order, on any database. */
function numbers(count: number): string {
  const digit = Array.from(
    { length: 10 },
    (_, d) => `SELECT ${String(d)}${d === 0 ? " AS d" : ""}`,
  );
  const digits = `(${digit.join(" UNION ALL ")})`;
  const sum = "d1.d + 10 * d2.d + 100 * d3.d + 1000 * d4.d + 1";
  const from = `${digits} d1 CROSS JOIN ${digits} d2 CROSS JOIN ${digits} d3 CROSS JOIN ${digits} d4`;
  return `(SELECT ${sum} AS i FROM ${from} WHERE ${sum} <= ${String(count)} ORDER BY i)`;
}
