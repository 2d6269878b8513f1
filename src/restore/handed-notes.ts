import { hasLog, logOf } from "../record/append";
import type { SoftDeleteTable, StampedRole } from "../plan/table";
import type { Session } from "../session/session";
import { sql, type Sql } from "../sql/sql";
import type { Carried } from "../sql/walk";
import type { Column } from "../typeorm/metadata";

/** Under which names a row that is handed over takes notes from its parent, and which columns hold them. */
const NOTES = new Map<string, StampedRole>([
  ["actor", "deletedBy"],
  ["reason", "deleteReason"],
]);

/**
 * What the row `p` gives of its deletion, by name. Where entities of some of the tables have no column for a note, the log
 * tells it, and a further name tells whether it is known. The same names for each parent of the given tables.
 *
 * @internal
 */
export function withNotes(
  session: Session,
  values: Carried,
  parent: SoftDeleteTable,
  tables: readonly SoftDeleteTable[],
): Carried {
  return values.flatMap(([name, value]): Carried => {
    const role = NOTES.get(name);
    const having = tables.filter(({ softDelete }) => !role || softDelete.stamped.has(role));
    if (having.length === tables.length) return [[name, value]];
    const logs = hasLog(session.manager);
    if (having.length === 0 && !logs) return [];
    if (having.includes(parent)) return knowing(name, value, sql`1`);
    if (!logs) return knowing(name, sql`NULL`, sql`0`);
    return knowing(name, logged(session, parent, name), logged(session, parent));
  });
}

/**
 * What a row `c` gets of the deletion to which it is handed over. Undefined, or its own value, where nothing tells that
 * deletion's note: then it keeps its own.
 *
 * @internal
 */
export function handedValue(
  session: Session,
  values: ReadonlyMap<string, Sql>,
  name: string,
  column: Column,
  tables: readonly SoftDeleteTable[],
): Sql | undefined {
  const value = values.get(name);
  const role = NOTES.get(name);
  if (!role || !value) return value;
  const limit = Number(column.length);
  const mayBeLonger = tables.some(({ softDelete }) => {
    const length = Number(softDelete.stamped.get(role)?.length);
    return !(length > 0 && length <= limit);
  });
  const fitting = limit > 0 && mayBeLonger ? sql`SUBSTR(${value}, 1, ${String(limit)})` : value;
  const isKnown = values.get(isKnownName(name));
  if (!isKnown) return fitting;
  return sql`CASE WHEN ${isKnown} > 0 THEN ${fitting} ELSE ${session.dialect.names.of("c", column)} END`;
}

function knowing(name: string, value: Sql, isKnown: Sql): Carried {
  return [
    [name, value],
    [isKnownName(name), isKnown],
  ];
}

function isKnownName(name: string): string {
  return `${name}_known`;
}

/** A note that the log has of the deletion of the row `p`, or how many entries it has. By an index of the log. */
function logged(session: Session, parent: SoftDeleteTable, note?: string): Sql {
  const { names, dataSource } = session.dialect;
  const metadata = logOf(dataSource);
  if (!metadata) return sql`NULL`;
  const of = (property: string): string => {
    const column = metadata.findColumnWithPropertyName(property);
    return column ? names.of("l", column) : "NULL";
  };
  const what = note === undefined ? "COUNT(*)" : `MAX(${of(note)})`;
  return sql`(SELECT ${what} FROM ${names.table({ metadata })} l WHERE ${of("deletionId")} = ${names.of("p", parent.softDelete.deletionId)} AND ${of("action")} = 'soft-delete')`;
}
