import { betterSqlite3Sandbox } from "./better-sqlite3-sandbox";
import { mysqlSandbox } from "./mysql-sandbox";
import { postgresSandbox } from "./postgres-sandbox";
import {
  isAskedFor,
  type DatabaseName,
  type Sandbox,
  type ServerName,
  type UrlVariable,
} from "./sandbox";
import { sqljsSandbox } from "./sqljs-sandbox";
import { runOnDatabase, type TestDatabase } from "./test-database";

type Cases = (database: TestDatabase) => void;

interface Server {
  readonly family: DatabaseName;
  readonly sandbox: () => Sandbox;
  /** Without a URL there the cases are skipped. */
  readonly url?: UrlVariable;
}

const DATABASES: readonly ServerName[] = ["better-sqlite3", "postgres", "mariadb", "mysql"];

const SERVERS: Record<ServerName, Server> = {
  "better-sqlite3": { family: "better-sqlite3", sandbox: betterSqlite3Sandbox },
  sqljs: { family: "better-sqlite3", sandbox: sqljsSandbox },
  postgres: { family: "postgres", sandbox: postgresSandbox },
  mariadb: {
    family: "mysql",
    sandbox: () => mysqlSandbox("TEST_MARIADB_URL"),
    url: "TEST_MARIADB_URL",
  },
  mysql: {
    family: "mysql",
    sandbox: () => mysqlSandbox("TEST_MYSQL_URL"),
    url: "TEST_MYSQL_URL",
  },
};

/** One `describe` per database, so that a case is written once and holds on all of them. */
export function describeEachDatabase(title: string, body: Cases): void {
  for (const name of DATABASES) describeOn(name, title, body);
}

/** The same, and once more on sql.js, another driver for SQLite: for the core, which makes do with one data source. */
export function describeEachDriver(title: string, body: Cases): void {
  for (const name of [...DATABASES, "sqljs"] as const) describeOn(name, title, body);
}

function describeOn(name: ServerName, title: string, body: Cases): void {
  if (!isAskedFor(name)) return;
  const { family, sandbox, url } = SERVERS[name];
  const missing = url === undefined || process.env[url] ? "" : ` (skipped: ${url} is not set)`;
  (missing ? describe.skip : describe)(`${title} on ${name}${missing}`, () => {
    runOnDatabase(family, name, sandbox(), body);
  });
}
