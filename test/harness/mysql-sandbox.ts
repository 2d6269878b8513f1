import { createConnection, type Connection } from "mysql2/promise";

import { requiredUrl, sandboxName, type Sandbox } from "./sandbox";

/** A database on a MySQL or MariaDB server; TypeORM's driver type follows the URL's protocol. */
export function mysqlSandbox(): Sandbox {
  const database = sandboxName();
  let admin: Connection | undefined;

  return {
    options() {
      const { user, ...server } = credentials();
      const { protocol } = new URL(requiredUrl("TEST_MYSQL_URL"));
      const type = protocol === "mariadb:" ? "mariadb" : "mysql";
      return { ...server, type, username: user, database, timezone: "Z" };
    },
    async reset() {
      admin ??= await createConnection(credentials());
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
function credentials() {
  const url = new URL(requiredUrl("TEST_MYSQL_URL"));
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}
