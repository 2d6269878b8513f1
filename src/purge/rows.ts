import type { ObjectLiteral } from "typeorm";

import { and, bind, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable, Table } from "../plan/table";
import { keyText } from "../rows/key-text";
import type { Session } from "../session/session";
import type { Reference, References } from "../plan/references";
import type { PurgeScope } from "./scope";
import { joined } from "../sql/edge-conditions";
import type { Column } from "../typeorm/metadata";

/** A row to be removed: the columns by which it is found, and by which it and others refer to each other. */
export class Row {
  #id: string | undefined;

  constructor(
    readonly table: SoftDeleteTable,
    private readonly raw: ObjectLiteral,
    private readonly aliases: ReadonlyMap<string, string>,
  ) {}

  /** Its primary key, as text that tells it apart. */
  get id(): string {
    this.#id ??= `${this.table.name} ${keyText(this.key)}`;
    return this.#id;
  }

  get key(): unknown[] {
    return this.table.primary.map((column) => this.value(column));
  }

  /** When it was deleted, as the database writes it. */
  get at(): string {
    return String(this.raw["moment"]);
  }

  /** Which deletion took it, where the cursor is to know; undefined also when it carries none. */
  get deletionId(): string | undefined {
    const id: unknown = this.raw["deletion"];
    return typeof id === "string" ? id : undefined;
  }

  /** A value as the driver has read it. */
  value(column: Column): unknown {
    return this.raw[this.aliases.get(column.databaseName) ?? ""];
  }
}

/** What rows of some tables are read with. */
export class RowReader {
  constructor(
    private readonly session: Session,
    private readonly scope: PurgeScope,
    private readonly references: References,
    private readonly inner: readonly Reference[],
  ) {}

  /** Reads rows `c`, that may be removed as far as they go by themselves. */
  async read(table: SoftDeleteTable, rest: Sql, further: readonly Sql[] = []): Promise<Row[]> {
    const { names } = this.session.dialect;
    const columns = this.#columns(table);
    const list = columns.map(
      (column, index) => sql`${this.session.whole("c", column)} AS v${String(index)}`,
    );
    const moment = this.session.dialect.asText(sql`${names.of("c", table.softDelete.deletedAt)}`);
    const head = this.session.dialect.stepsOverRemoved
      ? sql`${moment} AS moment, ${names.of("c", table.softDelete.deletionId)} AS deletion`
      : sql`${moment} AS moment`;
    const body = list.reduce((all, one) => sql`${all}, ${one}`, head);
    const found = await this.session.select(
      this.scope.select(sql`${body} FROM ${names.table(table)} c ${rest}`, further),
    );
    const aliases = new Map(
      columns.map((column, index) => [column.databaseName, `v${String(index)}`]),
    );
    return found.map((raw) => new Row(table, raw, aliases));
  }

  /** Locks rows, leaves out those that somebody else has locked, changed or removed, and reads them anew. */
  lock(table: SoftDeleteTable, rows: readonly Row[], wait: boolean): Promise<Row[]> {
    if (rows.length === 0) return Promise.resolve([]);
    const where = and(this.are(table, rows), this.scope.has("c", table));
    return this.read(table, sql`WHERE ${where}${lockClause(this.session, wait)}`);
  }

  /** A row `c` is one of the given ones. */
  are(table: Table, rows: readonly Row[], alias = "c"): Sql {
    return this.session.dialect.anyKey(alias, table.primary, keysOf(rows, table.primary));
  }

  #columns(table: SoftDeleteTable): Column[] {
    const columns = new Map<string, Column>();
    const add = (column: Column): unknown => columns.set(column.databaseName, column);
    table.primary.forEach(add);
    for (const { on } of [...this.references.to(table), ...this.references.junctionsOf(table)]) {
      on.forEach((pair) => add(pair.parent));
    }
    for (const { child, on } of this.inner) {
      if (child === table) on.forEach((pair) => add(pair.child));
    }
    return [...columns.values()];
  }
}

/** What locks the rows of a SELECT. @internal */
export function lockClause({ dialect }: Session, wait: boolean): string {
  return wait ? dialect.updateLock : `${dialect.updateLock}${dialect.skipLocked}`;
}

/** @internal */
export function keysOf(rows: readonly Row[], columns: readonly Column[]): unknown[][] {
  return rows.map((row) => columns.map((column) => row.value(column)));
}

/** `FROM ...` of the rows `r` that refer to the row `c` over a reference; a row does not refer to itself. @internal */
export function referring({ dialect }: Session, reference: Reference): Sql {
  const { names } = dialect;
  const { child, parent } = reference;
  const itself = child.primary.map(
    (column) => `${names.of("r", column)} = ${names.of("c", column)}`,
  );
  const others = child === parent ? ` AND NOT (${itself.join(" AND ")})` : "";
  return sql`FROM ${names.table(child)} r WHERE ${joined(names, reference, "r", "c")}${others}`;
}

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
