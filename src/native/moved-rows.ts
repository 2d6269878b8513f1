import { and, bind, filter, join, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { type Direction, isUnsettled } from "../sql/state";
import type { TextPiece } from "../typeorm/update-text";

// CURRENT_TIMESTAMP has whole seconds on SQLite and MySQL.
const MARGIN_SECONDS = 10;
// Some databases know no later date, and as text it comes before all others.
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** Rows that something else has moved stand beside those of a call, which are not to be told from them. */
export class OutOfStep extends Error {
  constructor() {
    super("the rows of a statement are not the unsettled ones");
  }
}

/** When a call has moved its rows. */
export interface Moment {
  /** The delete date that the caller has set himself. */
  readonly at: Date | undefined;
  /** How long ago the statement was sent. */
  readonly seconds: number;
}

/** How many rows the last statement has matched, where the driver does not say so. */
export async function countOf(session: Session): Promise<number> {
  const { matched } = session.dialect;
  const [row] = matched ? await session.select<{ n: number }>(matched) : [];
  return row?.n ?? 0;
}

/** Whether rows stand around that something outside this package has moved, and that would pass for those of a call. */
export async function isUnsettledBefore(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  moment: Moment | undefined,
): Promise<boolean> {
  const { names } = session.dialect;
  const moved = moment
    ? movedAt(session, table, direction, moment)
    : isUnsettled(names, "c", table, direction);
  const rows = await session.select(
    sql`SELECT 1 AS present FROM ${names.table(table)} c WHERE ${moved} LIMIT 1`,
  );
  return rows.length > 0;
}

/**
 * A condition on the rows `c` that a call has just moved, where none stood around before. By their keys where the database
 * would lock, and wait for, what others have moved at the same time: a SELECT without locks finds them.
 *
 * @throws OutOfStep where there are not as many as expected.
 */
export async function recentlyMoved(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  expected: number,
  moment: Moment,
): Promise<Sql> {
  const moved = movedAt(session, table, direction, moment);
  if (!session.dialect.locksWhatItReads) return moved;
  return keysWhere(session, table, direction, moved, expected);
}

/** @throws OutOfStep where there are not as many as expected. @internal */
export async function keysWhere(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  moved: Sql,
  expected?: number,
): Promise<Sql> {
  const { names } = session.dialect;
  const limit = expected === undefined ? "" : ` LIMIT ${String(expected + 1)}`;
  const found = await session.select(
    sql`SELECT ${keyList(session, table, "c")} FROM ${names.table(table)} c WHERE ${moved}${limit}`,
  );
  if (expected !== undefined && found.length !== expected) throw new OutOfStep();
  const keys = found.map((row) => keyOf(table, row));
  return stillMoved(session, table, direction, keysOf(session, table, keys));
}

/** The keys of the rows under a condition of TypeORM's that a call will move; locked. */
export async function keysUnder(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  condition: readonly TextPiece[],
): Promise<readonly unknown[][]> {
  const { names, updateLock } = session.dialect;
  // The condition may name the table, so that it can have no other name.
  const self = names.escape(table.metadata.tableName);
  const where = join(
    condition.flatMap(({ text, value }, index) =>
      index < condition.length - 1 ? [text, bind(value)] : [text],
    ),
    "",
  );
  const moved = isUnsettled(names, self, table, direction);
  const found = await session.select(
    sql`SELECT ${keyList(session, table, self)} FROM ${names.table(table)} WHERE (${where}) AND NOT (${moved})${updateLock}`,
  );
  return found.map((row) => keyOf(table, row));
}

/** The condition that a row `c` has one of the keys. */
export function keysOf(session: Session, table: SoftDeleteTable, keys: readonly unknown[][]): Sql {
  return session.dialect.anyKey("c", table.primary, keys);
}

/** Those of some rows that have been moved, and not settled. */
export function stillMoved(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  rows: Sql,
): Sql {
  return and(rows, filter(isUnsettled(session.dialect.names, "c", table, direction)));
}

/** The condition that a delete date is not older than a statement. @internal */
export function isRecent(session: Session, column: string, seconds: number): Sql {
  // In whole steps, so that the database sees few different statements.
  const margin = MARGIN_SECONDS * (1 + Math.ceil(seconds / MARGIN_SECONDS));
  return sql`${column} >= ${session.dialect.secondsAgo(margin)}`;
}

function movedAt(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  { at, seconds }: Moment,
): Sql {
  const { names } = session.dialect;
  const moved = isUnsettled(names, "c", table, direction);
  if (direction === "restored") return moved;
  const deletedAt = names.of("c", table.softDelete.deletedAt);
  return and(moved, at ? isAt(session, table, at) : isRecent(session, deletedAt, seconds));
}

/** A condition that a row `c` was deleted at a moment, as far as the column's precision tells it from others. */
export function isAt(
  session: Session,
  { softDelete: { deletedAt } }: SoftDeleteTable,
  at: Date,
): Sql {
  const column = session.dialect.names.of("c", deletedAt);
  const value = (time: number): Sql => session.value(deletedAt, new Date(time));
  const unit = 10 ** (3 - (deletedAt.precision ?? 0));
  const exactly = sql`${column} = ${value(at.getTime())}`;
  if (unit <= 1) return exactly;
  const before = value(at.getTime() - unit);
  const after = value(Math.min(at.getTime() + unit, Math.max(LAST, at.getTime())));
  // Text is not in the order of time before the year 0.
  return sql`(${exactly} OR ${column} BETWEEN ${before} AND ${after})`;
}

function keyList(session: Session, table: SoftDeleteTable, alias: string): Sql {
  const columns = table.primary.map(
    (column, index) => sql`${session.whole(alias, column)} AS key${String(index)}`,
  );
  return join(columns, ", ");
}

function keyOf(table: SoftDeleteTable, row: Record<string, unknown>): unknown[] {
  return table.primary.map((_, index) => row[`key${String(index)}`]);
}
