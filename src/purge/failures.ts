import type { SoftDeleteTable } from "../plan/table";
import type { PurgeFailure } from "../record/results";
import type { Row } from "./row";

// So many statements are spent on finding out which rows of a table cannot be removed, and so many such rows are kept in mind.
const ATTEMPTS = 200;
const FAILED_ROWS = 10_000;

/** What the database has refused to remove. */
export class Failures {
  readonly list: PurgeFailure[] = [];
  readonly #rows = new Map<SoftDeleteTable, Row[]>();
  readonly #attempts = new Map<SoftDeleteTable, number>();
  readonly #stopped = new Map<SoftDeleteTable, unknown>();

  /** The rows of a table that were refused. */
  of(table: SoftDeleteTable): readonly Row[] {
    return this.#rows.get(table) ?? [];
  }

  /** Whether the table is given up. */
  isStopped(table: SoftDeleteTable): boolean {
    return this.#stopped.has(table);
  }

  /** Gives a table up. */
  stop(table: SoftDeleteTable, error: unknown): void {
    if (!this.#stopped.has(table)) this.#stopped.set(table, error);
  }

  /** The tables that were given up. */
  get stopped(): readonly SoftDeleteTable[] {
    return [...this.#stopped.keys()];
  }

  /** Tells what is left of a table that was given up, beside the rows that were told one by one. */
  addLeft(table: SoftDeleteTable, rows: number): void {
    const count = rows - this.of(table).length;
    if (count > 0) this.list.push({ entity: table.name, count, error: this.#stopped.get(table) });
  }

  /** Rows are left: they are not tried again. */
  add(table: SoftDeleteTable, rows: readonly Row[], error: unknown): void {
    this.list.push({ entity: table.name, count: rows.length, error });
    for (const row of rows) {
      const own = this.#rows.get(row.table) ?? [];
      own.push(row);
      this.#rows.set(row.table, own);
      if (own.length > FAILED_ROWS) this.stop(row.table, error);
    }
  }

  /** Whether rows that were refused together are tried in halves, to find the ones that are to blame. */
  mayHalve(table: SoftDeleteTable, rows: readonly Row[]): boolean {
    const attempts = this.#attempts.get(table) ?? 0;
    if (rows.length === 1 || attempts >= ATTEMPTS) return false;
    this.#attempts.set(table, attempts + 2);
    return true;
  }
}
