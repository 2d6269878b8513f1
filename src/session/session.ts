import type { EntityManager, ObjectLiteral, QueryRunner } from "typeorm";

import type { Dialect } from "../sql/dialect";
import { dialectOf } from "../sql";
import { bind, sql, type Sql } from "../sql/sql";
import type { PrimaryKey } from "../errors";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { Table } from "../plan/table";
import { databaseType } from "../typeorm/column-types";
import { fromDatabase, toDatabase } from "../typeorm/column-values";
import { runStatement, type StatementResult } from "../typeorm/run-statement";
import type { Column } from "../typeorm/metadata";
import { OperationQueue } from "./operation-queue";

/** One operation at work on one connection. */
export class Session {
  readonly dialect: Dialect;
  readonly graph: SoftDeleteGraph;
  readonly manager: EntityManager;

  constructor(
    readonly runner: QueryRunner,
    /** Whether the transaction is this package's own, at the isolation level that it has chosen. */
    readonly ownIsolation = false,
  ) {
    this.manager = runner.manager;
    this.dialect = dialectOf(runner.manager.dataSource);
    this.graph = SoftDeleteGraph.of(runner.manager.dataSource);
  }

  /** Whether a plain read sees what is committed, or what this transaction has locked, and not an older snapshot. */
  get readsCurrent(): boolean {
    return this.ownIsolation || !this.dialect.readsSnapshots;
  }

  /** What is put behind a SELECT of rows that are about to be written, where a plain read may be of an older snapshot. */
  get currentRead(): string {
    return this.readsCurrent ? "" : this.dialect.updateLock;
  }

  /** Runs a statement that writes. Returns how many rows it affected. */
  async execute(statement: Sql): Promise<number> {
    return (await this.#run(statement)).affected;
  }

  /** Runs a SELECT. Returns its rows as the driver gives them. */
  async select<Row = ObjectLiteral>(statement: Sql): Promise<Row[]> {
    return (await this.#run(statement)).records as Row[];
  }

  #run(statement: Sql): Promise<StatementResult> {
    const [text, parameters] = this.dialect.tuned(statement).render(this.manager.dataSource);
    const send = (): Promise<StatementResult> => runStatement(this.runner, text, parameters);
    const queue = OperationQueue.known(this.runner);
    return queue ? queue.sending(send) : send();
  }

  /** A value as a parameter, in the form in which the driver stores it in the column. */
  value(column: Column, value: unknown): Sql {
    return bind(toDatabase(this.manager.dataSource, column, value));
  }

  /** A column in a form that the driver gives back whole: it cuts moments to the millisecond. */
  whole(alias: string, column: Column): Sql {
    const plain = sql`${this.dialect.names.of(alias, column)}`;
    const type = databaseType(this.manager.dataSource, column);
    return /^(date|time)/.test(type) ? this.dialect.asText(plain) : plain;
  }

  /** A value read raw, in the form in which the entity has it. */
  hydrate(column: Column, value: unknown): unknown {
    return fromDatabase(this.manager.dataSource, column, value);
  }

  /** The primary key in a row that was selected with its columns named `key0`, `key1`, ... */
  key(table: Pick<Table, "primary">, row: ObjectLiteral): PrimaryKey {
    return Object.fromEntries(
      table.primary.map((column, index) => [
        column.propertyPath,
        this.hydrate(column, row[`key${String(index)}`]),
      ]),
    );
  }

  /** The primary key's columns, for {@link key}. */
  keyColumns(alias: string, table: Pick<Table, "primary">): string {
    return table.primary
      .map((column, index) => `${this.dialect.names.of(alias, column)} AS key${String(index)}`)
      .join(", ");
  }
}
