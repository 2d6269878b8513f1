// Fails with a clear message when a database server of the test suite cannot be reached.
import mysql from "mysql2/promise";
import pg from "pg";

async function mysqlVersion(url) {
  const uri = url.replace(/^mariadb:/, "mysql:");
  const connection = await mysql.createConnection({ uri, connectTimeout: 5_000 });
  const [rows] = await connection.query("SELECT version() AS version");
  await connection.end();
  return rows[0].version;
}

const servers = [
  {
    variable: "TEST_POSTGRES_URL",
    async version(url) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
      await client.connect();
      const { rows } = await client.query("SELECT version() AS version");
      await client.end();
      return rows[0].version;
    },
  },
  { variable: "TEST_MARIADB_URL", version: mysqlVersion },
  { variable: "TEST_MYSQL_URL", version: mysqlVersion, optional: true },
];

for (const { variable, version, optional } of servers) {
  if (optional && !process.env[variable]) continue;
  try {
    console.log(`${variable}: ${await version(process.env[variable])}`);
  } catch (error) {
    console.error(
      `${variable}: no server can be reached there: ${error.code ?? ""} ${error.message}`,
    );
    process.exitCode = 1;
  }
}
