import { createConnection } from "mysql2/promise";

import { mysqlCredentials } from "./mysql-sandbox";
import { isAskedFor } from "./sandbox";

const VARIABLES = { mariadb: "TEST_MARIADB_URL", mysql: "TEST_MYSQL_URL" } as const;

/**
 * Puts the URL of each server under the variable of its kind, whichever of the two it came in: `TEST_MYSQL_URL` may name a
 * MariaDB.
 */
export async function sortMysqlServers(): Promise<void> {
  if (!isAskedFor("mariadb") && !isAskedFor("mysql")) return;
  const sorted: { mariadb?: string; mysql?: string } = {};
  for (const named of ["mysql", "mariadb"] as const) {
    const variable = VARIABLES[named];
    const url = process.env[variable];
    if (!url) continue;
    const kind = await kindOf(url, variable);
    if (sorted[kind]) {
      console.warn(`\nBoth URLs name a ${kind}: ${VARIABLES[kind]} counts.`);
      if (kind !== named) continue;
    }
    sorted[kind] = url;
  }
  for (const kind of ["mariadb", "mysql"] as const) {
    process.env[VARIABLES[kind]] = sorted[kind] ?? "";
    if (sorted[kind] || !isAskedFor(kind)) continue;
    console.warn(`\n${VARIABLES[kind]} is not set: every case on ${kind} is skipped.`);
  }
}

async function kindOf(url: string, variable: string): Promise<"mariadb" | "mysql"> {
  try {
    const connection = await createConnection(mysqlCredentials(url));
    const [rows] = await connection.query("SELECT VERSION() AS version");
    await connection.end();
    const [row] = rows as { version: string }[];
    return /mariadb/i.test(row?.version ?? "") ? "mariadb" : "mysql";
  } catch (cause) {
    throw new Error(`${variable}: no server can be reached there.`, { cause });
  }
}
