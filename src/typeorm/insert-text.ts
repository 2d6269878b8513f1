import type { EntityMetadata } from "typeorm";

import type { Column } from "./metadata";
import { quoted, quotedTable } from "./quoting";

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
  const [head = ""] = statement.split(" VALUES ", 1);
  if (!/^INSERT\s/.test(head) || !head.includes(`INTO ${quotedTable(metadata)}`)) return false;
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
