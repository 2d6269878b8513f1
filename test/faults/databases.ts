import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { DataSource, type DataSourceOptions, type QueryRunner } from "typeorm";

import { SoftDeleteSubscriber } from "../../src";
import { mysqlCredentials } from "../harness/mysql-sandbox";
import { isAskedFor as isServerAskedFor } from "../harness/sandbox";
import type { PlainQuery } from "./laws";
import type { FaultKind, FaultMaker } from "./injector";
import { SHOP } from "./shop";

export const DATABASE_NAMES = ["sqlite", "sqlite-wal", "postgres", "mariadb", "mysql"] as const;

export type ProofDatabaseName = (typeof DATABASE_NAMES)[number];

/** A database of its own, with a connection past the package. */
export interface ProofDatabase extends FaultMaker {
  readonly name: ProofDatabaseName;
  /** Where it is: for {@link dataSourceOptions} in another process. */
  readonly place: string;
  /** The file, of a SQLite database. */
  readonly file: string | undefined;
  readonly kinds: readonly FaultKind[];
  /** How many connections a data source has. */
  readonly poolSize: number;
  /** The options of a data source with the entities and the subscriber. */
  options(): DataSourceOptions;
  /** Plain SQL, with names in double quotes, on a connection of its own. */
  readonly query: PlainQuery;
  /** Switches the checks of foreign keys off for the plain connection, or on. */
  foreignKeys(on: boolean): Promise<void>;
  /** How many transactions are open, when all connections of the data source have been borrowed. */
  openTransactions(all: readonly QueryRunner[]): Promise<number>;
  /** Ends all connections but the plain one, on a server. */
  disconnect(): Promise<void>;
  /** Removes it. */
  drop(): Promise<void>;
}

/** Whether it can be used here. */
export function isThere(name: ProofDatabaseName): boolean {
  if (name === "postgres") return Boolean(process.env["TEST_POSTGRES_URL"]);
  if (name === "mariadb") return Boolean(process.env["TEST_MARIADB_URL"]);
  return name !== "mysql" || Boolean(process.env["TEST_MYSQL_URL"]);
}

/** Whether the suite runs on it: by the names that it has there. */
export function isAskedFor(name: ProofDatabaseName): boolean {
  return isServerAskedFor(isFile(name) ? "better-sqlite3" : name);
}

/** A new database, empty. */
export async function createDatabase(
  name: ProofDatabaseName,
  purpose: string,
  patient = false,
): Promise<ProofDatabase> {
  const unique = `${purpose}_${String(process.pid)}_${Math.random().toString(36).slice(2, 8)}`;
  if (name === "postgres") return onPostgres(unique);
  if (name === "mariadb" || name === "mysql") return onMysql(name, unique);
  const directory = await mkdtemp(join(DIRECTORY, `${unique}-`));
  return openSqlite(name, join(directory, "shop.sqlite"), patient);
}

/** A data source on it, with the entities and the subscriber. */
export function dataSourceOptions(
  name: ProofDatabaseName,
  place: string,
  poolSize: number,
): DataSourceOptions {
  const options = connection(name, place);
  const { extra } = options as { extra?: object };
  // Its connections are told from the plain one by their name.
  const named = { ...extra, application_name: place, connectionTimeoutMillis: 10_000 };
  return {
    ...options,
    entities: SHOP,
    subscribers: [SUBSCRIBER],
    ...(name === "postgres" ? { extra: named } : {}),
    ...(isFile(name) ? {} : { poolSize }),
  } as DataSourceOptions;
}

function isFile(name: ProofDatabaseName): name is "sqlite" | "sqlite-wal" {
  return name === "sqlite" || name === "sqlite-wal";
}

/** How to connect. */
function connection(name: ProofDatabaseName, place: string): DataSourceOptions {
  if (isFile(name)) {
    const options = { type: "better-sqlite3", database: place, enableWAL: name === "sqlite-wal" };
    return options as DataSourceOptions;
  }
  if (name === "postgres") {
    const url = process.env["TEST_POSTGRES_URL"]!;
    // Nothing here outlives the server's machine.
    const extra = { options: `-c search_path=${place} -c synchronous_commit=off` };
    return { type: "postgres", url, installExtensions: false, uuidExtension: "pgcrypto", extra };
  }
  const url = process.env[name === "mariadb" ? "TEST_MARIADB_URL" : "TEST_MYSQL_URL"]!;
  const { user, ...server } = mysqlCredentials(url);
  return { ...server, type: name, username: user, timezone: "Z", database: place };
}

const SUBSCRIBER = SoftDeleteSubscriber.with({ guardReferences: true, actor: () => "proof" });

const POOL_SIZE = 3;

const SERVER_KINDS: readonly FaultKind[] = [
  ...(["fails", "refused", "killed-before", "killed-after", "deadlock"] as const),
];

/** A connection of its own, and how to close it. */
async function plain(options: DataSourceOptions): Promise<[QueryRunner, () => Promise<void>]> {
  const dataSource = await new DataSource(options).initialize();
  const runner = dataSource.createQueryRunner();
  const close = async (): Promise<void> => {
    await runner.release();
    await dataSource.destroy();
  };
  return [runner, close];
}

function rowsBy(runner: QueryRunner) {
  return async <Row>(statement: string): Promise<Row[]> => (await runner.query(statement)) as Row[];
}

async function onPostgres(schema: string): Promise<ProofDatabase> {
  const [runner, close] = await plain(connection("postgres", schema));
  const rowsOf = rowsBy(runner);
  await runner.query(`CREATE SCHEMA ${schema}`);
  await runner.query(`SET lock_timeout = '5s'`);
  const raise = (code: string): string =>
    `DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END $$`;
  return {
    name: "postgres",
    file: undefined,
    kinds: SERVER_KINDS,
    poolSize: POOL_SIZE,
    refused: [raise("XX000")],
    deadlock: [raise("40P01")],
    place: schema,
    options: () => dataSourceOptions("postgres", schema, POOL_SIZE),
    query: (statement) => runner.query(statement),
    async kill(connection) {
      const pid = String(connection);
      await runner.query(`SELECT pg_terminate_backend(${pid})`);
      const alive = `SELECT 1 FROM pg_stat_activity WHERE pid = ${pid}`;
      while ((await rowsOf(alive)).length > 0);
    },
    async foreignKeys(on) {
      await runner.query(`SET session_replication_role = ${on ? "origin" : "replica"}`);
    },
    async openTransactions() {
      const [row] = await rowsOf<{ n: string }>(
        `SELECT COUNT(*) AS n FROM pg_stat_activity ` +
          `WHERE application_name = '${schema}' AND state LIKE 'idle in transaction%'`,
      );
      return Number(row?.n);
    },
    async disconnect() {
      await runner.query(
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '${schema}'`,
      );
    },
    async drop() {
      await runner.query(`DROP SCHEMA ${schema} CASCADE`);
      await close();
    },
  };
}

async function onMysql(name: "mariadb" | "mysql", database: string): Promise<ProofDatabase> {
  const server = { ...connection(name, ""), dateStrings: true };
  const [runner, close] = await plain(server);
  await runner.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
  await runner.query(`USE ${database}`);
  await runner.query(`SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')`);
  await runner.query(`SET innodb_lock_wait_timeout = 5`);
  const rowsOf = rowsBy(runner);
  const gone = async (connection: number): Promise<boolean> => {
    const id = String(connection);
    const rows = await rowsOf(`SELECT 1 FROM information_schema.processlist WHERE id = ${id}`);
    return rows.length === 0;
  };
  const kill = async (connection: number): Promise<void> => {
    await runner.query(`KILL ${String(connection)}`).catch((error: unknown) => {
      if (!String(error).includes("Unknown thread")) throw error;
    });
    while (!(await gone(connection)));
  };
  const mine =
    `SELECT id FROM information_schema.processlist ` +
    `WHERE db = '${database}' AND id <> CONNECTION_ID()`;
  return {
    name,
    file: undefined,
    kinds: SERVER_KINDS,
    poolSize: POOL_SIZE,
    refused: [`SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'injected'`],
    // The victim of a deadlock is rolled back whole.
    deadlock: [
      "ROLLBACK",
      `SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'injected'`,
    ],
    place: database,
    options: () => dataSourceOptions(name, database, POOL_SIZE),
    query: (statement) => runner.query(statement),
    kill,
    async foreignKeys(on) {
      await runner.query(`SET foreign_key_checks = ${on ? "1" : "0"}`);
    },
    async openTransactions(all) {
      // Refused within a transaction.
      const set = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
      const answers = await Promise.allSettled(all.map((one) => one.query(set)));
      return answers.filter(({ status }) => status === "rejected").length;
    },
    async disconnect() {
      const others = await rowsOf<{ id: number | string }>(mine);
      for (const { id } of others) await kill(Number(id));
    },
    async drop() {
      await runner.query(`DROP DATABASE ${database}`);
      await close();
    },
  };
}

/** In memory where there is such a directory: a killed process leaves the same files there. */
const DIRECTORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A file that may be there already. */
export async function openSqlite(
  name: "sqlite" | "sqlite-wal",
  file: string,
  /** Whether the plain connection waits for others: those of other processes, or it would wait for itself. */
  patient = false,
): Promise<ProofDatabase> {
  const patience = { timeout: patient ? 10_000 : 0 };
  const [runner, close] = await plain({
    ...connection(name, file),
    ...patience,
  });
  return {
    name,
    file,
    kinds: ["fails", "deadlock", "exit"],
    poolSize: 1,
    refused: [],
    deadlock: [],
    place: file,
    options: () => dataSourceOptions(name, file, 1),
    query: (statement) => runner.query(statement),
    kill: () => Promise.reject(new Error("A SQLite connection is not killed.")),
    disconnect: () => Promise.resolve(),
    async foreignKeys(on) {
      await runner.query(`PRAGMA foreign_keys = ${on ? "ON" : "OFF"}`);
    },
    async openTransactions() {
      // An open transaction that has written keeps others from writing.
      try {
        await runner.query("BEGIN IMMEDIATE");
        await runner.query("ROLLBACK");
        return 0;
      } catch {
        return 1;
      }
    },
    async drop() {
      await close();
      await rm(dirname(file), { recursive: true, force: true });
    },
  };
}
