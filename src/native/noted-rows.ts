import type { ObjectLiteral } from "typeorm";

import { and, filter, or, sql, type Sql } from "../sql/sql";
import { byKeys } from "../rows/by-keys";
import { keyTextOfObject } from "../rows/key-text";
import type { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import { type Direction, isUnsettled } from "../sql/state";
import { isContrary } from "./contrary-rows";
import { isAt, isRecent, keysWhere } from "./moved-rows";
import type { LoneRow } from "./put-back";

/** The rows of a call: by their keys, or, of an insert, all that were not unsettled before it. */
export interface CallRows {
  readonly table: SoftDeleteTable;
  readonly direction: Direction;
  /** The delete date that the caller has set himself. */
  readonly at: Date | undefined;
  /** Null when any row may be theirs. */
  readonly ids: readonly ObjectLiteral[] | null;
}

/** What was unsettled before a call. */
export interface Note {
  /** The rows among those of the call that look as if it had moved them, by the text of their key. */
  readonly moved: ReadonlyMap<string, ObjectLiteral>;
  /** Those that are unsettled the other way round. */
  readonly contrary: readonly LoneRow[];
}

/** One SELECT, or two where any row may be the call's. */
export async function noteUnsettled(session: Session, rows: CallRows): Promise<Note> {
  const { table, direction, ids } = rows;
  const moved = new Map<string, ObjectLiteral>();
  const contrary: LoneRow[] = [];
  if (ids?.length === 0) return { moved, contrary };
  const { names } = session.dialect;
  const conditions = ids
    ? [
        and(
          byKeys(session.dialect, table.metadata, ids),
          filter(
            or(
              isUnsettled(names, "c", table, "deleted"),
              isUnsettled(names, "c", table, "restored"),
            ),
          ),
        ),
      ]
    : [movedAmong(session, rows), isContrary(session, table, direction)];
  for (const condition of conditions) {
    for (const row of await unsettledRows(session, table, condition)) {
      const isDeleted = row.d === null;
      if (isDeleted !== (direction === "deleted"))
        contrary.push({ id: row.id, deletedAt: row.at ?? "" });
      else moved.set(keyTextOfObject(session.manager.dataSource, table.primary, row.id), row.id);
    }
  }
  return { moved, contrary };
}

async function unsettledRows(
  session: Session,
  table: SoftDeleteTable,
  condition: Sql,
): Promise<{ id: ObjectLiteral; d: string | null; at: string | null }[]> {
  const { names } = session.dialect;
  const { deletedAt, deletionId } = table.softDelete;
  const at = session.dialect.asText(sql`${names.of("c", deletedAt)}`);
  const found = await session.select<{ d: string | null; at: string | null }>(
    sql`SELECT ${session.keyColumns("c", table)}, ${names.of("c", deletionId)} AS d, ${at} AS at FROM ${names.table(table)} c WHERE ${condition}`,
  );
  return found.map((row) => {
    const id: ObjectLiteral = {};
    table.primary.forEach((column, index) => {
      const value = (row as ObjectLiteral)[`key${String(index)}`] as unknown;
      column.setEntityValue(id, session.hydrate(column, value));
    });
    return { id, d: row.d, at: row.at };
  });
}

/** A condition on `c`: of the call, unsettled, and not noted. */
export function movedSince(session: Session, rows: CallRows, note: Note): Sql {
  const moved = movedAmong(session, rows);
  if (note.moved.size === 0) return moved;
  const noted = byKeys(session.dialect, rows.table.metadata, [...note.moved.values()]);
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
