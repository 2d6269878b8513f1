import type { DataSource } from "typeorm";

import type { JoinPair } from "../plan/edge";
import type { Table } from "../plan/table";
import { quoted, quotedTable } from "../typeorm/quoting";
import type { Column } from "../typeorm/metadata";

/** Names of tables and columns, from TypeORM's metadata, escaped by its driver. */
export class Names {
  constructor(
    readonly dataSource: DataSource,
    /** An equality in a form for which the database goes by an index, whatever its statistics say. */
    readonly lookedUp: (equality: string) => string = (equality) => equality,
  ) {}

  escape(name: string): string {
    return quoted(this.dataSource, name);
  }

  table(table: Pick<Table, "metadata">): string {
    return quotedTable(table.metadata);
  }

  column(column: Column): string {
    return this.escape(column.databaseName);
  }

  of(alias: string, column: Column): string {
    return `${alias}.${this.column(column)}`;
  }

  /** The columns as a list, in brackets when there are several: what stands before IN. */
  row(alias: string, columns: readonly Column[]): string {
    const list = this.list(alias, columns);
    return columns.length === 1 ? list : `(${list})`;
  }

  list(alias: string, columns: readonly Column[]): string {
    return columns.map((column) => this.of(alias, column)).join(", ");
  }

  /** The condition that joins a child row to its parent row. */
  on(child: string, parent: string, pairs: readonly JoinPair[]): string {
    return pairs
      .map((pair) =>
        this.lookedUp(`${this.of(child, pair.child)} = ${this.of(parent, pair.parent)}`),
      )
      .join(" AND ");
  }
}
