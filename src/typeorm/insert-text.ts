import type { EntityMetadata } from "typeorm";

import type { Column } from "./metadata";
import { quoted, quotedTable } from "./quoting";

const COMMENT = /^\s*\/\*.*?\*\/\s*/s;

/**
 * Whether a statement inserts rows of an entity.
 *
 * Leans on the text of TypeORM's INSERT: `INSERT INTO table(`, INSERT IGNORE or INSERT OR IGNORE, behind a comment where the caller
 * has one.
 *
 * @internal
 */
export function insertsInto(statement: string, metadata: EntityMetadata): boolean {
  const [head = ""] = statement.replace(COMMENT, "").split(" VALUES ", 1);
  return /^INSERT\s/.test(head) && head.includes(`INTO ${quotedTable(metadata)}`);
}

/**
 * Whether a statement is the SELECT by which TypeORM reads, behind an INSERT, what the database has made of rows of an entity.
 *
 * Leans on its text: SELECT, behind no comment, FROM the table.
 *
 * @internal
 */
export function reads(statement: string, metadata: EntityMetadata): boolean {
  return statement.startsWith("SELECT ") && statement.includes(` FROM ${quotedTable(metadata)} `);
}

/**
 * Whether a statement inserts rows of an entity and leaves it open what they hold in a column afterwards: because it does not name
 * the column, or because it changes rows that are there already.
 *
 * Leans on the text of TypeORM's INSERT: `INTO table(columns) VALUES`, and ON CONFLICT or ON DUPLICATE KEY UPDATE for an
 * upsert. Values are parameters, but for SQL expressions.
 *
 * @internal
 */
export function insertsWithout(
  statement: string,
  metadata: EntityMetadata,
  column: Column | undefined,
): boolean {
  if (!insertsInto(statement, metadata)) return false;
  const [head = ""] = statement.split(" VALUES ", 1);
  const named = column && head.includes(quoted(metadata.dataSource, column.databaseName));
  return named !== true || /\sON (?:CONFLICT|DUPLICATE KEY UPDATE)\s/.test(statement);
}

/**
 * Whether an upsert writes a column in the rows that are there.
 *
 * Leans on the same text, which names such columns behind ON CONFLICT or ON DUPLICATE KEY UPDATE.
 *
 * @internal
 */
export function overwrites(statement: string, column: Column | undefined): boolean {
  const [, ...tail] = statement.split(/\sON (?:CONFLICT|DUPLICATE KEY UPDATE)\s/);
  const last = tail.at(-1);
  if (!column || last === undefined) return false;
  const { dataSource } = column.entityMetadata;
  return last.includes(`${quoted(dataSource, column.databaseName)} =`);
}
