import "reflect-metadata";
import { setTimeout } from "node:timers/promises";

import { DataSource, type DataSourceOptions } from "typeorm";

import { SoftDeleteSubscriber } from "../src";
import { betterSqlite3Sandbox } from "../test/harness/better-sqlite3-sandbox";
import { startEmbeddedPostgres, type RunningPostgres } from "../test/harness/embedded-postgres";
import { mysqlSandbox } from "../test/harness/mysql-sandbox";
import { postgresSandbox } from "../test/harness/postgres-sandbox";
import type { Sandbox, ServerName } from "../test/harness/sandbox";

export const DATABASES = [
  "better-sqlite3",
  "postgres",
  "mariadb",
  "mysql",
] as const satisfies readonly ServerName[];

export type BenchDatabaseName = (typeof DATABASES)[number];

/** Without a URL there the database is left out. */
const URLS = { mariadb: "TEST_MARIADB_URL", mysql: "TEST_MYSQL_URL" } as const;

/** An empty schema with two data sources on it. */
export interface BenchDatabase {
  readonly name: BenchDatabaseName;
  /** With the package's subscriber. */
  readonly dataSource: DataSource;
  /** TypeORM alone. */
  readonly plain: DataSource;
  /** Server and version. */
  readonly server: string;
  close(): Promise<void>;
}

export type BenchEntities = NonNullable<DataSourceOptions["entities"]>;

/** Opens a database of its own; null where there is no server to open it on. */
export async function openDatabase(
  name: BenchDatabaseName,
  entities: BenchEntities,
): Promise<BenchDatabase | null> {
  if ((name === "mariadb" || name === "mysql") && !process.env[URLS[name]]) {
    console.warn(`${name} is skipped: ${URLS[name]} is not set.`);
    return null;
  }
  const embedded = name === "postgres" ? await ensurePostgres() : undefined;
  const sandbox = sandboxOf(name);
  await sandbox.reset();
  const options = { ...sandbox.options(true), entities } as DataSourceOptions;
  const dataSource = await new DataSource({
    ...options,
    synchronize: true,
    subscribers: [SoftDeleteSubscriber],
  }).initialize();
  const plain = await new DataSource(options).initialize();
  return {
    name,
    dataSource,
    plain,
    server: await serverVersion(dataSource),
    async close() {
      await plain.destroy();
      await dataSource.destroy();
      await sandbox.drop();
      await embedded?.stop();
      if (embedded) delete process.env["TEST_POSTGRES_URL"];
    },
  };
}

/** The same to begin with for everything that is measured: statistics fresh, dead rows gone. */
export async function tidy(dataSource: DataSource): Promise<void> {
  const { driver } = dataSource;
  const tables = dataSource.entityMetadatas.map((metadata) => driver.escape(metadata.tableName));
  switch (dataSource.options.type) {
    case "postgres":
      await dataSource.query(`VACUUM (ANALYZE) ${tables.join(", ")}`);
      break;
    case "better-sqlite3":
      await dataSource.query("ANALYZE");
      break;
    default:
      await dataSource.query(`ANALYZE TABLE ${tables.join(", ")}`);
  }
}

/**
 * Waits until InnoDB has taken removed rows out of its indexes, which it does in the background: searches step over them until
 * then.
 */
export async function removedRowsGone(dataSource: DataSource): Promise<void> {
  if (!["mysql", "mariadb"].includes(dataSource.options.type)) return;
  const count = `SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'`;
  for (let turn = 0; turn < 200; turn++) {
    const [status] = await dataSource.query<{ Value: string }[]>(count);
    if (!status || Number(status.Value) < 50) return;
    await setTimeout(50);
  }
}

async function ensurePostgres(): Promise<RunningPostgres | undefined> {
  if (process.env["TEST_POSTGRES_URL"]) return undefined;
  const server = await startEmbeddedPostgres();
  process.env["TEST_POSTGRES_URL"] = server.url;
  return server;
}

function sandboxOf(name: BenchDatabaseName): Sandbox {
  switch (name) {
    case "better-sqlite3":
      return betterSqlite3Sandbox();
    case "postgres":
      return postgresSandbox();
    case "mariadb":
    case "mysql":
      return mysqlSandbox(URLS[name]);
  }
}

async function serverVersion(dataSource: DataSource): Promise<string> {
  const { type } = dataSource.options;
  const text = type === "better-sqlite3" ? "sqlite_version()" : "version()";
  const [row] = await dataSource.query<{ v: string }[]>(`SELECT ${text} AS v`);
  const version = row!.v;
  if (type === "better-sqlite3") return `SQLite ${version}`;
  if (type === "postgres") return version.split(" ").slice(0, 2).join(" ");
  return /mariadb/i.test(version) ? `MariaDB ${version.split("-")[0]!}` : `MySQL ${version}`;
}
