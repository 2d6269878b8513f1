import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { mysqlCredentials } from "../harness/mysql-sandbox";
import type { OwnServer } from "../harness/own-servers";
import {
  dataSourceOptions,
  isFile,
  postgresSettings,
  serverUrl,
  type ProofDatabase,
  type ProofDatabaseName,
} from "./databases";
import type { FaultKind } from "./injector";
import { PlainMysql, PlainPostgres, PlainSqlite } from "./plain";

/** A new database, empty. */
export async function createDatabase(
  name: ProofDatabaseName,
  purpose: string,
  { patient = false, server }: { patient?: boolean; server?: OwnServer | undefined } = {},
): Promise<ProofDatabase> {
  const unique = `${purpose}_${String(process.pid)}_${Math.random().toString(36).slice(2, 8)}`;
  if (name === "postgres") return onPostgres(unique, server);
  if (!isFile(name)) return onMysql(name, unique, server);
  const directory = await mkdtemp(join(DIRECTORY, `${unique}-`));
  return openSqlite(name, join(directory, "shop.sqlite"), patient);
}

const POOL_SIZE = 3;

const SERVER_KINDS: readonly FaultKind[] = [
  ...(["fails", "refused", "vetoed", "killed-before", "killed-after", "deadlock"] as const),
];

/** What is the same on all servers. */
function onServer(name: "postgres" | "mariadb" | "mysql", place: string, server?: OwnServer) {
  const kills: readonly FaultKind[] = server ? ["server-killed", "server-restarted"] : [];
  let runs = true;
  return {
    ...{ name, place, kills, file: undefined, kinds: SERVER_KINDS, poolSize: POOL_SIZE },
    options: () => dataSourceOptions(name, place, POOL_SIZE, server),
    async killServer(restart: boolean): Promise<void> {
      await server?.kill();
      if (restart) await server?.start();
      runs = restart;
    },
    async start(): Promise<void> {
      if (!runs) await server?.start();
      runs = true;
    },
  };
}

async function onPostgres(schema: string, server?: OwnServer): Promise<ProofDatabase> {
  const settings = `${postgresSettings(schema, server)} -c lock_timeout=5s`;
  const plain = await PlainPostgres.open(serverUrl("postgres", server), settings);
  await plain.query(`CREATE SCHEMA ${schema}`);
  const raise = (code: string): string =>
    `DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END $$`;
  const common = onServer("postgres", schema, server);
  return {
    ...common,
    plain,
    refused: [raise("XX000")],
    vetoed: [raise("P0001")],
    deadlock: [raise("40P01")],
    async kill(connection) {
      const pid = String(connection);
      await plain.query(`SELECT pg_terminate_backend(${pid})`);
      const alive = `SELECT 1 FROM pg_stat_activity WHERE pid = ${pid}`;
      while ((await plain.query(alive)).length > 0);
    },
    foreignKeys: (on) => `SET session_replication_role = ${on ? "origin" : "replica"}`,
    async openTransactions() {
      const [row] = (await plain.query(
        `SELECT COUNT(*) AS n FROM pg_stat_activity ` +
          `WHERE application_name = '${schema}' AND state LIKE 'idle in transaction%'`,
      )) as { n: string }[];
      return Number(row?.n);
    },
    async disconnect() {
      await plain.query(
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '${schema}'`,
      );
    },
    async revive() {
      await common.start();
      await plain.reconnect();
    },
    async drop() {
      await plain.query(`DROP SCHEMA ${schema} CASCADE`);
      await plain.close();
    },
  };
}

async function onMysql(
  name: "mariadb" | "mysql",
  database: string,
  server?: OwnServer,
): Promise<ProofDatabase> {
  const plain = await PlainMysql.open(
    { ...mysqlCredentials(serverUrl(name, server)), timezone: "Z" },
    [
      `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4`,
      `USE ${database}`,
      `SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')`,
      `SET innodb_lock_wait_timeout = 5`,
    ],
  );
  const gone = async (connection: number): Promise<boolean> => {
    const id = String(connection);
    const rows = await plain.query(`SELECT 1 FROM information_schema.processlist WHERE id = ${id}`);
    return rows.length === 0;
  };
  const kill = async (connection: number): Promise<void> => {
    await plain.query(`KILL ${String(connection)}`).catch((error: unknown) => {
      if (!String(error).includes("Unknown thread")) throw error;
    });
    while (!(await gone(connection)));
  };
  const mine =
    `SELECT id AS "id" FROM information_schema.processlist ` +
    `WHERE db = '${database}' AND id <> CONNECTION_ID()`;
  const signal = (state: string, errno: number): string =>
    `SIGNAL SQLSTATE '${state}' SET MYSQL_ERRNO = ${String(errno)}, MESSAGE_TEXT = 'injected'`;
  const common = onServer(name, database, server);
  return {
    ...common,
    plain,
    kill,
    // The server is out of something; a trigger has signalled; the victim of a deadlock is rolled back whole.
    refused: [signal("HY000", 1041)],
    vetoed: [signal("45000", 1644)],
    deadlock: ["ROLLBACK", signal("40001", 1213)],
    foreignKeys: (on) => `SET foreign_key_checks = ${on ? "1" : "0"}`,
    async openTransactions(all) {
      // Refused within a transaction.
      const set = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
      const answers = await Promise.allSettled(all.map((one) => one.query(set)));
      return answers.filter(({ status }) => status === "rejected").length;
    },
    async disconnect() {
      const others = (await plain.query(mine)) as { id: number | string }[];
      for (const { id } of others) await kill(Number(id));
    },
    async revive() {
      await common.start();
      await plain.reconnect();
    },
    async drop() {
      await plain.query(`DROP DATABASE ${database}`);
      await plain.close();
    },
  };
}

/** In memory where there is such a directory: a killed process leaves the same files there. */
const DIRECTORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A file that may be there already. */
export function openSqlite(
  name: "sqlite" | "sqlite-wal",
  file: string,
  /** Whether the plain connection waits for others: those of other processes, or it would wait for itself. */
  patient = false,
): ProofDatabase {
  const plain = new PlainSqlite(file, patient ? 10_000 : 0);
  const never = (): Promise<never> => Promise.reject(new Error("SQLite is no server."));
  return {
    ...{ name, file, plain, place: file, poolSize: 1 },
    kinds: ["fails", "vetoed", "deadlock", "exit"],
    kills: ["sigkill"],
    ...{ refused: [], vetoed: [], deadlock: [], kill: never, killServer: never },
    options: () => dataSourceOptions(name, file, 1),
    disconnect: () => Promise.resolve(),
    revive: () => Promise.resolve(),
    foreignKeys: (on) => `PRAGMA foreign_keys = ${on ? "ON" : "OFF"}`,
    async openTransactions() {
      // An open transaction that has written keeps others from writing.
      try {
        await plain.all(["BEGIN IMMEDIATE", "ROLLBACK"]);
        return 0;
      } catch {
        return 1;
      }
    },
    async drop() {
      await plain.close();
      await rm(dirname(file), { recursive: true, force: true });
    },
  };
}
