import { betterSqlite3Sandbox } from "./better-sqlite3-sandbox";
import { mysqlSandbox } from "./mysql-sandbox";
import { postgresSandbox } from "./postgres-sandbox";
import { runOnDatabase, type TestDatabase } from "./test-database";

/** One `describe` per database, so that a case is written once and holds on all of them. */
export function describeEachDatabase(title: string, body: (database: TestDatabase) => void): void {
  describe(`${title} on better-sqlite3`, () => {
    runOnDatabase("better-sqlite3", betterSqlite3Sandbox(), body);
  });
  describe(`${title} on postgres`, () => {
    runOnDatabase("postgres", postgresSandbox(), body);
  });
  const missing = process.env["TEST_MYSQL_URL"] ? "" : " (skipped: TEST_MYSQL_URL is not set)";
  (missing ? describe.skip : describe)(`${title} on mysql${missing}`, () => {
    runOnDatabase("mysql", mysqlSandbox(), body);
  });
}
