import type { ObjectLiteral } from "typeorm";

import { and, bind, join, sql, type Sql, filter } from "../sql/sql";
import { keyTextOfObject } from "../rows/key-text";
import type { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import { type Direction, isUnsettled } from "../sql/state";
import { byKeys } from "../rows/by-keys";

/** The unsettled rows that were there before a call of TypeORM's own, and the moment from which it counts. */
export interface Note {
  /** By the database's own clock. */
  readonly since: string;
  readonly rows: ReadonlyMap<string, ObjectLiteral>;
}

// CURRENT_TIMESTAMP has whole seconds on SQLite and MySQL, and machines' clocks differ from nothing here: it is the
// database's alone.
const MARGIN_SECONDS = 10;

/**
 * Notes the rows that something marked recently, or with the same date, and that carry no deletion id, or the rows that
 * something unmarked and that still carry one. One SELECT.
 */
export async function noteUnsettled(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  at?: Date,
): Promise<Note> {
  const { dialect } = session;
  const since = dialect.asText(dialect.secondsAgo(MARGIN_SECONDS));
  const deletedAt = dialect.names.of("c", table.softDelete.deletedAt);
  const from = at
    ? isAt(session, table, at)
    : sql`${deletedAt} >= ${dialect.secondsAgo(MARGIN_SECONDS)}`;
  const recent = direction === "deleted" ? sql` AND ${from}` : "";
  const found = await session.select<ObjectLiteral & { since: string; present: number | null }>(
    sql`SELECT s.since AS since, c.present AS present, ${table.primary.map((_, index) => `c.key${String(index)}`).join(", ")}
 FROM (SELECT ${since} AS since) s LEFT JOIN (SELECT 1 AS present, ${session.keyColumns("c", table)} FROM ${dialect.names.table(table)} c WHERE ${unsettled(session, table, direction)}${recent}) c ON 1 = 1`,
  );
  const rows = new Map<string, ObjectLiteral>();
  for (const row of found) {
    if (row.present === null) continue;
    const id: ObjectLiteral = {};
    table.primary.forEach((column, index) => {
      column.setEntityValue(id, session.hydrate(column, row[`key${String(index)}`]));
    });
    rows.set(keyTextOfObject(session.manager.dataSource, table.primary, id), id);
  }
  return { since: found[0]?.since ?? "", rows };
}

/** A condition on `c`: unsettled since the note, and not noted. */
export function movedSince(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  note: Note,
  ids: readonly ObjectLiteral[] | null,
  at?: Date,
): Sql {
  const { dialect } = session;
  const deletedAt = dialect.names.of("c", table.softDelete.deletedAt);
  const isMoved = unsettled(session, table, direction);
  // By its keys a row is looked up whatever else is unsettled.
  const conditions = ids ? [byKeys(dialect, table.metadata, ids), filter(isMoved)] : [isMoved];
  if (at) {
    // By its id a row is found whatever the column's precision has made of the date.
    if (!ids) conditions.push(isAt(session, table, at));
  } else if (direction === "deleted") {
    const since = sql`${deletedAt} >= ${dialect.fromText(bind(note.since))}`;
    conditions.push(ids ? filter(since) : since);
  }
  const noted = [...note.rows.values()];
  if (noted.length > 0) {
    conditions.push(sql`NOT (${byKeys(dialect, table.metadata, noted)})`);
  }
  return and(...conditions);
}

/**
 * The same, where the caller's transaction would lock, and wait for, what others have moved at the same time: by the keys of
 * the rows, which a SELECT without locks finds.
 */
export async function movedHere(
  session: Session,
  table: SoftDeleteTable,
  direction: Direction,
  moved: Sql,
): Promise<Sql> {
  const { dialect } = session;
  if (!dialect.locksWhatItReads || session.ownIsolation) return moved;
  const columns = table.primary.map(
    (column, index) => sql`${session.whole("c", column)} AS key${String(index)}`,
  );
  const found = await session.select(
    sql`SELECT ${join(columns, ", ")} FROM ${dialect.names.table(table)} c WHERE ${moved}`,
  );
  const keys = found.map((row) =>
    table.primary.map((_, index): unknown => row[`key${String(index)}`]),
  );
  return and(
    dialect.anyKey("c", table.primary, keys),
    filter(unsettled(session, table, direction)),
  );
}

/** A condition that a row `c` was deleted at a moment, as far as the column's precision tells it from others. */
function isAt(session: Session, { softDelete: { deletedAt } }: SoftDeleteTable, at: Date): Sql {
  const column = session.dialect.names.of("c", deletedAt);
  const value = (time: number): Sql => session.value(deletedAt, new Date(time));
  const unit = 10 ** (3 - (deletedAt.precision ?? 0));
  return unit > 1
    ? sql`${column} BETWEEN ${value(at.getTime() - unit)} AND ${value(at.getTime() + unit)}`
    : sql`${column} = ${value(at.getTime())}`;
}

function unsettled(session: Session, table: SoftDeleteTable, direction: Direction): Sql {
  return sql`${isUnsettled(session.dialect.names, "c", table, direction)}`;
}
