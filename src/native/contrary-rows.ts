import type { ObjectLiteral } from "typeorm";

import { restoreMatched } from "../restore/restore-matched";
import type { RestoreContext } from "../restore/restore-options";
import type { SoftDeleteTable } from "../plan/table";
import { byKeys } from "../rows/by-keys";
import { keyTextOfObject } from "../rows/key-text";
import type { Session } from "../session/session";
import { and, filter, sql, type Sql } from "../sql/sql";
import { hasNoDeletion, isActive, isDeleted, isUnsettled, type Direction } from "../sql/state";
import { putBackActive, putBackLone, type LoneRow } from "./put-back";

// Rows that were unsettled before a call, the other way round than it moves rows: active ones that still carry the id of a deletion,
// which are deleted now, and deleted ones of no deletion, which are active now. Afterwards nothing tells them from settled ones.

/** Gives active rows that still carry the id of a deletion up to a new one. */
export async function forgetDeletion(
  session: Session,
  table: SoftDeleteTable,
  rows: Sql,
): Promise<void> {
  const { dialect } = session;
  await session.execute(
    dialect.update({
      target: table,
      set: [[table.softDelete.deletionId, sql`NULL`], ...dialect.keep(table)],
      where: rows,
    }),
  );
}

/** The condition that a row `c` is unsettled the other way round than a call moves rows. */
export function isContrary(session: Session, table: SoftDeleteTable, direction: Direction): Sql {
  const other = direction === "deleted" ? "restored" : "deleted";
  return isUnsettled(session.dialect.names, "c", table, other);
}

/** Makes them rows of the call; those that come back as `restore()` brings them back. Returns how many came back. */
export async function settleContrary(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  rows: readonly LoneRow[],
  context: RestoreContext,
): Promise<number> {
  if (rows.length === 0) return 0;
  if (direction === "deleted") {
    await forgetDeletion(
      session,
      table,
      and(among(session, table, rows), stillDeleted(session, table)),
    );
    return 0;
  }
  const revived = await stillActive(session, table, rows);
  if (revived.length === 0) return 0;
  await putBackLone(session, table, revived);
  const conditions = [among(session, table, revived)];
  return (await restoreMatched(session, { table, conditions }, context)).roots;
}

/** Makes them what they were. */
export async function putBackContrary(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  rows: readonly LoneRow[],
): Promise<void> {
  if (rows.length === 0) return;
  if (direction === "restored") await putBackLone(session, table, rows);
  else
    await putBackActive(
      session,
      table,
      and(among(session, table, rows), stillDeleted(session, table)),
    );
}

/** Those that are none of some others, given by their keys. */
export function without(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly LoneRow[],
  others: readonly ObjectLiteral[],
): readonly LoneRow[] {
  if (rows.length === 0 || others.length === 0) return rows;
  const keys = new Set(others.map((id) => textOf(session, table, id)));
  return rows.filter(({ id }) => !keys.has(textOf(session, table, id)));
}

async function stillActive(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly LoneRow[],
): Promise<LoneRow[]> {
  const { names } = session.dialect;
  const active = and(
    among(session, table, rows),
    filter(and(isActive(names, "c", table), hasNoDeletion(names, "c", table))),
  );
  const found = await session.select(
    sql`SELECT ${session.keyColumns("c", table)} FROM ${names.table(table)} c WHERE ${active}`,
  );
  const keys = new Set(found.map((row) => textOf(session, table, session.key(table, row))));
  return rows.filter(({ id }) => keys.has(textOf(session, table, id)));
}

function textOf(session: Session, table: SoftDeleteTable, id: ObjectLiteral): string {
  return keyTextOfObject(session.manager.dataSource, table.primary, id);
}

function stillDeleted(session: Session, table: SoftDeleteTable): Sql {
  return filter(sql`${isDeleted(session.dialect.names, "c", table)}`);
}

function among(session: Session, table: SoftDeleteTable, rows: readonly LoneRow[]): Sql {
  return byKeys(
    session.dialect,
    table.metadata,
    rows.map(({ id }) => id),
  );
}
