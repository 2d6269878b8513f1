import { createConnection, type Connection, type ConnectionOptions } from "mysql2/promise";

import { requiredUrl, sandboxName, type Sandbox } from "./sandbox";

type MysqlUrlVariable = "TEST_MARIADB_URL" | "TEST_MYSQL_URL";

/** A database on a MySQL or MariaDB server; TypeORM's driver type follows the URL's protocol. */
export function mysqlSandbox(variable: MysqlUrlVariable): Sandbox {
  const database = sandboxName();
  let admin: Connection | undefined;

  return {
    options() {
      const url = requiredUrl(variable);
      const { user, ...server } = mysqlCredentials(url);
      const type = new URL(url).protocol === "mariadb:" ? "mariadb" : "mysql";
      return { ...server, type, username: user, database, timezone: "Z" };
    },
    async reset() {
      admin ??= await createConnection(mysqlCredentials(requiredUrl(variable)));
      await admin.query(`DROP DATABASE IF EXISTS ${database}`);
      await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
    },
    async drop() {
      if (!admin) return;
      await admin.query(`DROP DATABASE IF EXISTS ${database}`);
      await admin.end();
      admin = undefined;
    },
  };
}

/** In parts, because in TypeORM a database within a URL wins over the `database` option. */
export function mysqlCredentials(from: string) {
  const url = new URL(from);
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  } satisfies ConnectionOptions;
}
