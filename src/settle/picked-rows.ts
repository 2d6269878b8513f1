import type { ObjectLiteral } from "typeorm";

import type { SoftDeleteTable } from "../plan/table";
import type { PrimaryKey } from "../errors";
import type { Session } from "../session/session";
import type { Assignment } from "../sql/statements";
import { and, filter, sql, type Sql } from "../sql/sql";
import { toDatabase } from "../typeorm/column-values";

// A CASE is searched from its beginning for every row.
export const ROWS_PER_STATEMENT = 500;

/** A row that is about to be settled, and locked. */
export interface PickedRow {
  readonly primaryKey: PrimaryKey;
  /** The values of the primary key, as the driver takes them. */
  readonly key: readonly unknown[];
}

/** Locks some rows `c`, and reads their primary keys and one column more. */
export async function pick<Row extends PickedRow>(
  session: Session,
  table: SoftDeleteTable,
  column: string,
  where: Sql,
  limit: number,
  toRow: (picked: PickedRow, record: ObjectLiteral) => Row,
): Promise<Row[]> {
  const { names, updateLock } = session.dialect;
  const { dataSource } = session.manager;
  const records = await session.select(
    sql`SELECT ${session.keyColumns("c", table)}, ${column} FROM ${names.table(table)} c WHERE ${where} LIMIT ${String(limit)}${updateLock}`,
  );
  return records.map((record) => {
    const key = table.primary.map((own, index) =>
      toDatabase(dataSource, own, session.hydrate(own, record[`key${String(index)}`])),
    );
    return toRow({ primaryKey: session.key(table, record), key }, record);
  });
}

/**
 * The picked rows that are unsettled still: on SQLite's single connection another call may have come in between. Not as a
 * plain condition, since its index holds all that is left to settle, and would be read through for every batch.
 */
export function still(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly PickedRow[],
  unsettled: Sql,
): Sql {
  const keys = rows.map((row) => row.key);
  return and(session.dialect.anyKey("c", table.primary, keys), filter(unsettled));
}

/** An UPDATE that moves neither `version` nor the update date: nothing happens to these rows. */
export function update(
  session: Session,
  table: SoftDeleteTable,
  set: readonly Assignment[],
  where: Sql,
): Promise<number> {
  const kept = [...set, ...session.dialect.keep(table)];
  return session.execute(session.dialect.update({ target: table, set: kept, where }));
}
