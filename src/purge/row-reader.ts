import { and, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable, Table } from "../plan/table";
import type { Column } from "../typeorm/metadata";
import type { Reference, References } from "../plan/references";
import type { Session } from "../session/session";
import { keysOf, Row } from "./row";
import type { PurgeScope } from "./scope";

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
    const where = and(this.are(table, rows), this.scope.hasFound("c", table));
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
    for (const { child, on, kinds } of this.inner) {
      if (child !== table) continue;
      on.forEach((pair) => add(pair.child));
      kinds.forEach(({ column }) => add(column));
    }
    return [...columns.values()];
  }
}

/** What locks the rows of a SELECT. @internal */
export function lockClause({ dialect }: Session, wait: boolean): string {
  return wait ? dialect.updateLock : `${dialect.updateLock}${dialect.skipLocked}`;
}
