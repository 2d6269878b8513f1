import { betterSqlite3Sandbox } from "./better-sqlite3-sandbox";
import { mysqlSandbox } from "./mysql-sandbox";
import { postgresSandbox } from "./postgres-sandbox";
import type { DatabaseName, Sandbox, ServerName, UrlVariable } from "./sandbox";
import { sqljsSandbox } from "./sqljs-sandbox";
import { runOnDatabase, type TestDatabase } from "./test-database";

interface Server {
  readonly family: DatabaseName;
  readonly sandbox: () => Sandbox;
  /** Without a URL there the cases are skipped. */
  readonly url?: UrlVariable;
}

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

/**
 * One `describe` per database, so that a case is written once and holds on all of them. On sql.js, which runs the statements
 * of SQLite over another driver, only where the case asks for it.
 */
export function describeEachDatabase(
  title: string,
  body: (database: TestDatabase) => void,
  { sqljs = false } = {},
): void {
  for (const name of Object.keys(SERVERS) as ServerName[]) {
    if ((name === "sqljs" && !sqljs) || !isAskedFor(name)) continue;
    const { family, sandbox, url } = SERVERS[name];
    const missing = url === undefined || process.env[url] ? "" : ` (skipped: ${url} is not set)`;
    (missing ? describe.skip : describe)(`${title} on ${name}${missing}`, () => {
      runOnDatabase(family, name, sandbox(), body);
    });
  }
}

/** `TEST_DATABASES=postgres,sqljs` leaves out the others. */
function isAskedFor(name: ServerName): boolean {
  const asked = process.env["TEST_DATABASES"];
  return !asked || asked.split(",").includes(name);
}
