import { and, bind, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";
import type { Session } from "../session/session";
import type { Row } from "./row";

/** How far a purge has come in one table, in the order of the delete dates. */
export interface Cursor {
  /** Nothing has been left behind so far: the first rows are always those to be taken. */
  readonly free?: boolean;
  readonly at?: string;
  /**
   * Of that very moment rows up to this one are gone, in the order of the index that comes with the columns. Where the
   * database reads in another order, this jumps over rows, which the next pass then takes.
   */
  readonly gone?: { readonly deletionId: string; readonly key: readonly unknown[] };
  /** Rows of that very moment have been left behind: from there on by primary key, each looked at once. */
  readonly ordered?: { readonly since: string; readonly key?: readonly unknown[] };
}

/** The condition and the order by which rows `c` are taken behind a cursor. @internal */
export function behind(
  session: Session,
  table: SoftDeleteTable,
  cursor: Cursor,
): [where: Sql[], order: string] {
  const { dialect } = session;
  const { names } = dialect;
  const { deletedAt, deletionId } = table.softDelete;
  const column = names.of("c", deletedAt);
  const { at, ordered, gone } = cursor;
  if (at === undefined) return [[], column];
  const moment = dialect.typed(deletedAt, bind(at));
  if (gone) {
    const columns = [deletedAt, deletionId, ...table.primary];
    return [[after(session, columns, [at, gone.deletionId, ...gone.key])], column];
  }
  const where = [sql`${column} >= ${moment}`];
  if (!ordered) return [where, column];
  if (ordered.key) {
    where.push(or(sql`${column} > ${moment}`, after(session, table.primary, ordered.key)));
  }
  return [where, `${column}, ${names.list("c", table.primary)}`];
}

/**
 * A row `c` is at most as far as one that carries a deletion id; no condition where it carries none. A row without one comes
 * before it.
 *
 * @internal
 */
export function upTo(session: Session, table: SoftDeleteTable, end: Row): Sql[] {
  const { deletedAt, deletionId } = table.softDelete;
  if (end.deletionId === undefined) return [];
  const { names } = session.dialect;
  const [at, id] = [names.of("c", deletedAt), names.of("c", deletionId)];
  const moment = session.dialect.typed(deletedAt, bind(end.at));
  const upToKey = compared(session, table.primary, end.key, "<", "<=");
  return [
    or(
      sql`${at} < ${moment}`,
      sql`${at} = ${moment} AND (${id} IS NULL OR ${id} < ${bind(end.deletionId)})`,
      sql`${at} = ${moment} AND ${id} = ${bind(end.deletionId)} AND ${upToKey}`,
    ),
  ];
}

function after(session: Session, columns: readonly Column[], key: readonly unknown[]): Sql {
  return compared(session, columns, key, ">", ">");
}

// Spelled out: for rows of values, and for a negation, MariaDB's optimizer finds no range.
function compared(
  session: Session,
  columns: readonly Column[],
  key: readonly unknown[],
  operator: "<" | ">",
  last: "<=" | ">",
): Sql {
  const { names } = session.dialect;
  return or(
    ...columns.map((column, index) =>
      and(
        ...columns.slice(0, index).map((one, at) => sql`${names.of("c", one)} = ${bind(key[at])}`),
        sql`${names.of("c", column)} ${index === columns.length - 1 ? last : operator} ${bind(key[index])}`,
      ),
    ),
  );
}

/** The cursor behind a batch, of which all rows are gone or not. @internal */
export function advanced(cursor: Cursor, last: Row, complete: boolean): Cursor {
  const { free, ordered } = cursor;
  if (free === true) return complete ? cursor : {};
  if (ordered?.since === last.at) {
    return {
      at: last.at,
      ordered: { since: last.at, key: last.key },
    };
  }
  const { at, deletionId, key } = last;
  if (ordered) return { at };
  if (!complete) return { at, ordered: { since: at } };
  return deletionId === undefined ? { at } : { at, gone: { deletionId, key } };
}
