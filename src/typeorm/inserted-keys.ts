import type { EntityMetadata } from "typeorm";

import { quotedTable } from "./quoting";

/**
 * Whether the statements that were sent have inserted rows of an entity by a single INSERT, and one that changes no row that is
 * there already.
 *
 * Leans on the text of TypeORM's INSERT: `INSERT INTO table(`, and elsewhere INSERT IGNORE, INSERT OR IGNORE, ON CONFLICT or ON
 * DUPLICATE KEY UPDATE.
 *
 * @internal
 */
export function insertsOnly(statements: readonly string[], metadata: EntityMetadata): boolean {
  const table = `INTO ${quotedTable(metadata)}`;
  const own = statements.filter((one) => one.includes(`${table}(`) || one.includes(`${table} `));
  const [only] = own;
  if (only === undefined || own.length > 1) return false;
  return only.startsWith(`INSERT ${table}`) && !/\sON (?:CONFLICT|DUPLICATE)\s/.test(only);
}

/**
 * Whether the primary keys are right that rows of one INSERT have got from the database, of which some were given and some not.
 *
 * Leans on TypeORM counting on, for several rows, from the number that SQLite, MySQL and MariaDB tell of one of them: wrong where
 * some had a number of their own, and where a server counts in larger steps.
 *
 * @internal
 */
export function hasExactKeys(
  { dataSource, primaryColumns }: EntityMetadata,
  given: readonly boolean[],
): boolean {
  if (given.length === 1 || given.every((one) => one)) return true;
  if (primaryColumns.every((column) => column.generationStrategy !== "increment")) return true;
  const { type } = dataSource.options;
  return type !== "mysql" && type !== "mariadb" && given.every((one) => !one);
}
