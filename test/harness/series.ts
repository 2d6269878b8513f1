import type { DatabaseName } from "./sandbox";

/** What stands behind FROM to give the numbers from one on, as `s.n`. */
export function series(database: DatabaseName, size: number): string {
  const last = String(size);
  switch (database) {
    case "postgres":
      return `generate_series(1, ${last}) AS s (n)`;
    case "mysql":
      return `(SELECT n FROM ${digits(size)} d WHERE n <= ${last}) s`;
    case "better-sqlite3":
      return `(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${last}) SELECT n FROM s) s`;
  }
}

/** MySQL has no series, MariaDB one that MySQL does not have. */
function digits(size: number): string {
  const places = Array.from(String(size - 1), (_, at) => at);
  const digit = Array.from({ length: 10 }, (_, value) => `SELECT ${String(value)} AS d`).join(
    " UNION ALL ",
  );
  const sum = places.map((at) => `d${String(at)}.d * ${String(10 ** at)}`).join(" + ");
  return `(SELECT 1 + ${sum} AS n FROM ${places.map((at) => `(${digit}) d${String(at)}`).join(" CROSS JOIN ")})`;
}
