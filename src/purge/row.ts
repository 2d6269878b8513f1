import type { ObjectLiteral } from "typeorm";

import type { Reference } from "../plan/references";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";
import { keyText } from "../rows/key-text";

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

  /** Whether it is of the kinds of single-table inheritance that have a reference. */
  isOf({ kinds }: Reference): boolean {
    return kinds.every(({ column, values }) =>
      values.some((value) => String(value) === String(this.value(column))),
    );
  }

  /** A value as the driver has read it. */
  value(column: Column): unknown {
    return this.raw[this.aliases.get(column.databaseName) ?? ""];
  }
}

/** @internal */
export function keysOf(rows: readonly Row[], columns: readonly Column[]): unknown[][] {
  return rows.map((row) => columns.map((column) => row.value(column)));
}
