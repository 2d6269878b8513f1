import type { ObjectLiteral } from "typeorm";

import { and, filter, sql, type Sql } from "../sql/sql";
import { byKeys } from "../rows/by-keys";
import { keyTextOfObject } from "../rows/key-text";
import type { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import { type Direction, isUnsettled } from "../sql/state";
import { isAt, isRecent, keysWhere } from "./moved-rows";

/** The rows of a call: by their keys, or, of an insert, all that were not unsettled before it. */
export interface CallRows {
  readonly table: SoftDeleteTable;
  readonly direction: Direction;
  /** The delete date that the caller has set himself. */
  readonly at: Date | undefined;
  /** Null when any row may be theirs. */
  readonly ids: readonly ObjectLiteral[] | null;
}

/** The rows among those of a call that were unsettled before it, by the text of their key. */
export type Note = ReadonlyMap<string, ObjectLiteral>;

/** One SELECT. */
export async function noteUnsettled(session: Session, rows: CallRows): Promise<Note> {
  const { table } = rows;
  const { dialect } = session;
  const noted = new Map<string, ObjectLiteral>();
  if (rows.ids?.length === 0) return noted;
  const found = await session.select(
    sql`SELECT ${session.keyColumns("c", table)} FROM ${dialect.names.table(table)} c WHERE ${movedAmong(session, rows)}`,
  );
  for (const row of found) {
    const id: ObjectLiteral = {};
    table.primary.forEach((column, index) => {
      column.setEntityValue(id, session.hydrate(column, row[`key${String(index)}`]));
    });
    noted.set(keyTextOfObject(session.manager.dataSource, table.primary, id), id);
  }
  return noted;
}

/** A condition on `c`: of the call, unsettled, and not noted. */
export function movedSince(session: Session, rows: CallRows, note: Note): Sql {
  const moved = movedAmong(session, rows);
  if (note.size === 0) return moved;
  const noted = byKeys(session.dialect, rows.table.metadata, [...note.values()]);
  return and(moved, sql`NOT (${noted})`);
}

/** The same, where the database would lock, and wait for, what others have moved: by keys, which a SELECT without locks finds. */
export async function movedBy(session: Session, rows: CallRows, note: Note): Promise<Sql> {
  const moved = movedSince(session, rows, note);
  if (rows.ids || !session.dialect.locksWhatItReads) return moved;
  return keysWhere(session, rows.table, rows.direction, moved);
}

function movedAmong(session: Session, { table, direction, at, ids }: CallRows): Sql {
  const { dialect } = session;
  const moved = isUnsettled(dialect.names, "c", table, direction);
  // By its key a row is looked up whatever else is unsettled, and whatever the column has made of its date.
  if (ids) return and(byKeys(dialect, table.metadata, ids), filter(moved));
  if (at) return and(moved, isAt(session, table, at));
  if (direction === "restored") return moved;
  const deletedAt = dialect.names.of("c", table.softDelete.deletedAt);
  return and(moved, isRecent(session, deletedAt, 0));
}
