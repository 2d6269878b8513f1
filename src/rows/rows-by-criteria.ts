import type { EntityManager, EntityMetadata } from "typeorm";

import type { SoftDeleteTable } from "../plan/table";
import { dialectOf } from "../sql";
import { join, sql } from "../sql/sql";
import { chunks } from "./chunks";
import { KEYS_PER_STATEMENT, rowsOf, type CriteriaRows } from "./criteria";
import { keyText } from "./key-text";
import type { NamedRows } from "./named-rows";
import { judged, readBy } from "./judged-criteria";

/**
 * The rows `c` that the criteria of a call name.
 *
 * Conditions on related rows are asked first, for the primary keys of their rows, where they take several statements, since what
 * one of them writes could make the next one match; and where a statement that writes would read and lock the whole table.
 *
 * @throws SoftDeleteCriteriaError for criteria that cannot be understood whole.
 * @internal
 */
export async function rowsByCriteria(
  manager: EntityManager,
  table: SoftDeleteTable,
  metadata: EntityMetadata,
  method: string,
  criteria: unknown,
): Promise<NamedRows> {
  const rows = rowsOf(manager, table, metadata, method, criteria);
  const dialect = dialectOf(manager.dataSource);
  if (rows.relations.size === 0) return rows;
  if (rows.conditions.length < 2 && !dialect.locksWhatItReads) return rows;
  const keys = await judged(manager, rows, () => keysOf(manager, rows));
  const conditions = chunks(keys, KEYS_PER_STATEMENT).map((some) =>
    dialect.anyKey("c", table.primary, some),
  );
  return { table, conditions, keys: keys.length };
}

/** As the driver gives them, moments whole. */
function keysOf(manager: EntityManager, rows: CriteriaRows): Promise<unknown[][]> {
  const { table, reading } = rows;
  return readBy(manager, rows, async (session) => {
    const { names } = session.dialect;
    const keys = new Map<string, unknown[]>();
    const columns = join(
      table.primary.map(
        (column, index) => sql`${session.whole("c", column)} AS key${String(index)}`,
      ),
      ", ",
    );
    for (const condition of reading) {
      const found = await session.select(
        sql`SELECT ${columns} FROM ${names.table(table)} c WHERE ${condition}`,
      );
      for (const row of found) {
        const key = table.primary.map((_, index) => row[`key${String(index)}`] as unknown);
        keys.set(keyText(key), key);
      }
    }
    return [...keys.values()];
  });
}
