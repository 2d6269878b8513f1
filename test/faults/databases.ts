import type { DataSourceOptions, QueryRunner } from "typeorm";

import { SoftDeleteSubscriber } from "../../src";
import { mysqlCredentials } from "../harness/mysql-sandbox";
import type { OwnServer } from "../harness/own-servers";
import { isAskedFor as isServerAskedFor } from "../harness/sandbox";
import type { FaultKind, FaultMaker } from "./injector";
import type { Plain } from "./plain";
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
  /** What kills a process for good, and is tried now and then; none on a server that others use. */
  readonly kills: readonly FaultKind[];
  /** How many connections a data source has. */
  readonly poolSize: number;
  /** The options of a data source with the entities and the subscriber. */
  options(): DataSourceOptions;
  /** Plain SQL, with names in double quotes, on a connection of its own. */
  readonly plain: Plain;
  /** What switches the checks of foreign keys off for the plain connection, or on. */
  foreignKeys(on: boolean): string;
  /** How many transactions are open, when all connections of the data source have been borrowed. */
  openTransactions(all: readonly QueryRunner[]): Promise<number>;
  /** Ends all connections but the plain one, on a server. */
  disconnect(): Promise<void>;
  /** After the server was killed: starts it, unless it runs, and connects anew. */
  revive(): Promise<void>;
  /** Removes it. */
  drop(): Promise<void>;
}

/** Whether it can be used here. */
export function isThere(name: ProofDatabaseName): boolean {
  return isFile(name) || Boolean(process.env[VARIABLES[name]]);
}

/** Whether the suite runs on it: by the names that it has there. */
export function isAskedFor(name: ProofDatabaseName): boolean {
  return isServerAskedFor(isFile(name) ? "better-sqlite3" : name);
}

export function isFile(name: ProofDatabaseName): name is "sqlite" | "sqlite-wal" {
  return name === "sqlite" || name === "sqlite-wal";
}

const VARIABLES = {
  postgres: "TEST_POSTGRES_URL",
  mariadb: "TEST_MARIADB_URL",
  mysql: "TEST_MYSQL_URL",
} as const;

/** Where a server listens: one of its own, or the one that everybody uses. */
export function serverUrl(name: keyof typeof VARIABLES, server?: OwnServer): string {
  const url = server?.url ?? process.env[VARIABLES[name]];
  if (!url) throw new Error(`${VARIABLES[name]} is not set.`);
  return url;
}

/** A data source on it, with the entities and the subscriber. */
export function dataSourceOptions(
  name: ProofDatabaseName,
  place: string,
  poolSize: number,
  server?: OwnServer,
): DataSourceOptions {
  const common = { entities: SHOP, subscribers: [SUBSCRIBER] };
  if (isFile(name)) {
    const options = { type: "better-sqlite3", database: place, enableWAL: name === "sqlite-wal" };
    return { ...options, ...common } as DataSourceOptions;
  }
  const url = serverUrl(name, server);
  if (name === "postgres") {
    const extra = {
      options: postgresSettings(place, server),
      // Its connections are told from the plain one by their name.
      application_name: place,
      connectionTimeoutMillis: 10_000,
    };
    const options = { type: "postgres", url, installExtensions: false, uuidExtension: "pgcrypto" };
    return { ...options, ...common, poolSize, extra } as DataSourceOptions;
  }
  const { user, ...credentials } = mysqlCredentials(url);
  const where = { ...credentials, type: name, username: user, timezone: "Z", database: place };
  return { ...where, ...common, poolSize };
}

/** Nothing on a server that everybody uses outlives its machine; one that is killed has to keep what was committed. */
export function postgresSettings(schema: string, server?: OwnServer): string {
  const lazy = server ? "" : " -c synchronous_commit=off";
  return `-c search_path=${schema}${lazy}`;
}

const SUBSCRIBER = SoftDeleteSubscriber.with({ guardReferences: true, actor: () => "proof" });
