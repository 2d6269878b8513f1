import type { ObjectLiteral } from "typeorm";

import { and, bind, filter, join, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import { chunks } from "../rows/chunks";
import { deletionTime } from "../rows/deletion-id";
import { Members, carries } from "../rows/members";
import type { Session } from "../session/session";
import type { Assignment } from "../sql/statements";
import { isOneOf } from "../sql/edge-conditions";
import { isActive, isDeleted, hasNoDeletion } from "../sql/state";
import { byKeys } from "../rows/by-keys";
import { isRecent } from "./moved-rows";

const DELETIONS_PER_STATEMENT = 200;
const ROWS_PER_STATEMENT = 200;

/** Makes active again the rows that TypeORM itself has soft-deleted in a call that is refused. @internal */
export async function putBackActive(
  session: Session,
  table: SoftDeleteTable,
  condition: Sql,
): Promise<number> {
  return session.execute(
    session.dialect.update({
      target: table,
      set: [[table.softDelete.deletedAt, sql`NULL`], ...moveBack(session, table)],
      where: condition,
    }),
  );
}

/**
 * Makes active again what TypeORM has marked of child entities that have no delete date, in a call on their base entity,
 * which has that of their sibling. Nothing where there are none such. Returns how many rows they were.
 *
 * @internal
 */
export async function putBackStray(
  session: Session,
  table: SoftDeleteTable,
  /** How long ago the call's statement was sent. */
  seconds: number,
): Promise<number> {
  const { discriminator, softDelete } = table;
  if (!discriminator || softDelete.dateless.length === 0) return 0;
  const { names } = session.dialect;
  const marked = isRecent(session, names.of("c", softDelete.deletedAt), seconds);
  const stray = isOneOf(names, "c", discriminator, softDelete.dateless);
  return putBackActive(session, table, and(marked, stray));
}

/**
 * Marks as deleted again the rows that TypeORM itself has restored in a call that is refused: their deletion ids, which
 * they still carry, tell when they were deleted.
 *
 * @internal
 */
export async function putBackDeleted(
  session: Session,
  table: SoftDeleteTable,
  condition: Sql,
): Promise<void> {
  await dateBack(session, table, condition, moveBack(session, table));
}

/**
 * Gives rows that were deleted already, and that a call has given another date, the one of their deletion again. Whatever else it has
 * written stays. Returns how many rows they were.
 *
 * @internal
 */
export function putBackRestamped(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly ObjectLiteral[],
): Promise<number> {
  if (ids.length === 0) return Promise.resolve(0);
  return redate(session, table, byKeys(session.dialect, table.metadata, ids));
}

/** The same, of rows under a condition. @internal */
export function redate(session: Session, table: SoftDeleteTable, rows: Sql): Promise<number> {
  const { names } = session.dialect;
  const carrying = sql`${names.of("c", table.softDelete.deletionId)} IS NOT NULL`;
  const stamped = filter(and(isDeleted(names, "c", table), carrying));
  return dateBack(session, table, and(rows, stamped), session.dialect.keep(table));
}

async function dateBack(
  session: Session,
  table: SoftDeleteTable,
  condition: Sql,
  others: readonly Assignment[],
): Promise<number> {
  const { dialect } = session;
  const { deletedAt, deletionId } = table.softDelete;
  const rows = await session.select<{ d: string }>(
    sql`SELECT DISTINCT ${dialect.names.of("c", deletionId)} AS d FROM ${dialect.names.table(table)} c WHERE ${condition}`,
  );
  const deletions = rows.map((row) => row.d);
  let dated = 0;
  for (const some of chunks(deletions, DELETIONS_PER_STATEMENT)) {
    const times = some.map((id) => {
      const time = session.value(deletedAt, deletionTime(id));
      return sql`WHEN ${carries(session, "c", table, id)} THEN ${dialect.typed(deletedAt, time)}`;
    });
    dated += await session.execute(
      dialect.update({
        target: table,
        set: [[deletedAt, sql`CASE ${join(times, " ")} END`], ...others],
        where: and(condition, new Members(session, some).has("c", table)),
      }),
    );
  }
  return dated;
}

/** A row that belonged to no deletion, and when it was deleted, as the database writes it. @internal */
export interface LoneRow {
  readonly id: ObjectLiteral;
  readonly deletedAt: string;
}

/** Marks as deleted again rows that belong to no deletion. @internal */
export async function putBackLone(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly LoneRow[],
): Promise<void> {
  const { dialect } = session;
  const { deletedAt } = table.softDelete;
  for (const some of chunks(rows, ROWS_PER_STATEMENT)) {
    const ids = some.map((row) => row.id);
    const times = some.map(
      ({ id, deletedAt: at }) =>
        sql`WHEN ${byKeys(dialect, table.metadata, [id])} THEN ${dialect.fromText(bind(at))}`,
    );
    await session.execute(
      dialect.update({
        target: table,
        set: [[deletedAt, sql`CASE ${join(times, " ")} END`], ...moveBack(session, table)],
        where: and(
          byKeys(dialect, table.metadata, ids),
          isActive(dialect.names, "c", table),
          hasNoDeletion(dialect.names, "c", table),
        ),
      }),
    );
  }
}

function moveBack(session: Session, table: SoftDeleteTable): Assignment[] {
  const { version } = table.softDelete;
  const set: Assignment[] = [...session.dialect.keep(table)];
  if (version) set.push([version, sql`${session.dialect.names.of("c", version)} - 1`]);
  return set;
}
