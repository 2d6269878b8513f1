import type { DataSourceOptions } from "typeorm";

/** A family of databases that take the same SQL; the one of SQLite goes by its first driver. */
export type DatabaseName = "better-sqlite3" | "postgres" | "mysql";

/** What the cases of a family run on. */
export type ServerName = "better-sqlite3" | "sqljs" | "postgres" | "mariadb" | "mysql";

/** Where the URL of a server comes from. */
export type UrlVariable = "TEST_POSTGRES_URL" | "TEST_MARIADB_URL" | "TEST_MYSQL_URL";

/** A schema, database or file of one test file's own. */
export interface Sandbox {
  /** How to connect to it; `file` matters to SQLite alone. */
  options(file: boolean): DataSourceOptions;
  /** Empties it, creating it when it is not there. */
  reset(): Promise<void>;
  /** Removes it. */
  drop(): Promise<void>;
}

/** Test files run side by side, and runs may share one server. */
export function sandboxName(): string {
  const random = Math.random().toString(36).slice(2, 10);
  return `tsd_${process.env["JEST_WORKER_ID"] ?? "0"}_${random}`;
}

/** `TEST_DATABASES=postgres,mysql` leaves out the others. */
export function isAskedFor(name: ServerName): boolean {
  const asked = process.env["TEST_DATABASES"];
  return !asked || asked.split(",").includes(name);
}

export function requiredUrl(variable: UrlVariable): string {
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set.`);
  return url;
}
