import type { ObjectLiteral } from "typeorm";

import { sql, type Sql } from "../sql/sql";
import type { PrimaryKey } from "../errors";
import { hasLog } from "./append";
import { LOGGED_ROOTS } from "./bounded";
import type { SoftDeleteTable } from "../plan/table";
import type { OperationListeners } from "./events";
import type { ReadableSets } from "../rows/row-sets";
import type { Session } from "../session/session";
import { listenersOf } from "./listeners";
import { Tally } from "../rows/tally";

/** The roots of an operation, as far as the log holds them. */
export interface RecordedRoots {
  readonly ids: PrimaryKey[];
  count: number;
}

/** Notes, while an operation is at work, what the log and the listeners will want to know of it, and nothing they will not. */
export class Recorder {
  readonly logs: boolean;
  /** The roots by deletion id; null where there is none. */
  readonly roots = new Map<string | null, RecordedRoots>();
  /** The rows that a restore revived, by deletion id; null for rows that are none of the given deletions'. */
  readonly revived = new Map<string | null, Tally>();
  /** Whether anybody will be told at all. */
  readonly tells: boolean;
  readonly #keys = new Map<string, PrimaryKey[]>();
  readonly #wantsKeys: boolean;
  readonly #deletionIds: Set<string>;
  /** How many rows of other deletions come back as parents, by table and deletion id. */
  readonly #parents = new Map<string, Map<string, number>>();

  constructor(
    private readonly session: Session,
    /** The listener that will be told. */
    listener: keyof OperationListeners,
    /** The deletions that are being undone. */
    deletionIds: readonly string[] = [],
  ) {
    this.#deletionIds = new Set(deletionIds);
    this.logs = hasLog(session.manager);
    // The rows of a soft delete can be found by its id; those of a restore or a removal cannot.
    const listens = listenersOf(session.manager.dataSource, listener).length > 0;
    this.tells = this.logs || listens;
    this.#wantsKeys = listener !== "afterSoftDelete" && listens;
  }

  /** Whether anybody will want to know which rows they were. */
  get wantsRows(): boolean {
    return this.logs || this.#wantsKeys;
  }

  /** Roots that a condition on `c` matches. One SELECT, for the log. */
  async addRoots(
    table: SoftDeleteTable,
    deletionId: string | null,
    condition: Sql,
    count: number,
  ): Promise<void> {
    if (!this.logs || count === 0) return;
    const { names } = this.session.dialect;
    const recorded = this.roots.get(deletionId) ?? { ids: [], count: 0 };
    this.roots.set(deletionId, recorded);
    recorded.count += count;
    const missing = LOGGED_ROOTS - recorded.ids.length;
    if (missing <= 0) return;
    const rows = await this.session.select(
      sql`SELECT ${this.session.keyColumns("c", table)} FROM ${names.table(table)} c WHERE ${condition} LIMIT ${String(missing)}`,
    );
    recorded.ids.push(...rows.map((row) => this.session.key(table, row)));
  }

  /** A root that has been removed. */
  addKey(table: SoftDeleteTable, deletionId: string | null, key: PrimaryKey): void {
    if (this.logs) {
      const recorded = this.roots.get(deletionId) ?? { ids: [], count: 0 };
      this.roots.set(deletionId, recorded);
      recorded.count += 1;
      if (recorded.ids.length < LOGGED_ROOTS) recorded.ids.push(key);
    }
    if (!this.#wantsKeys) return;
    const keys = this.#keys.get(table.name) ?? [];
    this.#keys.set(table.name, keys);
    keys.push(key);
  }

  /** Roots of which the log keeps the number alone. */
  countRoots(deletionId: string | null, count: number): void {
    this.roots.set(deletionId, { ids: [], count });
  }

  /** Rows that are about to be revived. One SELECT for the log, one for a listener. */
  async addRevived(
    table: SoftDeleteTable,
    condition: Sql,
    original: (id: string) => string,
  ): Promise<void> {
    if (this.logs) {
      const { names } = this.session.dialect;
      const rows = await this.session.select<{ d: string; n: string | number }>(
        sql`SELECT ${names.of("c", table.softDelete.deletionId)} AS d, COUNT(*) AS n FROM ${names.table(table)} c WHERE ${condition} GROUP BY ${names.of("c", table.softDelete.deletionId)}`,
      );
      for (const { d, n } of rows) {
        const id = original(d);
        if (this.#deletionIds.has(id)) this.#revive(id, table, Number(n));
        else this.#reviveUnnamed(table, Number(n));
      }
    }
    await this.addKeys(table, sql`${this.session.dialect.names.table(table)} c WHERE ${condition}`);
  }

  /** Deleted rows `c` that are about to be marked as parents of matched ones, of whatever deletion. One SELECT, for the log. */
  async addParents(table: SoftDeleteTable, from: Sql, expressions?: Sql): Promise<void> {
    if (!this.logs) return;
    const { dialect } = this.session;
    const column = dialect.names.of("c", table.softDelete.deletionId);
    const select = sql`${column} AS d, COUNT(*) AS n FROM ${from} GROUP BY ${column}`;
    const rows = await this.session.select<{ d: string | null; n: string | number }>(
      expressions ? dialect.selectWith(expressions, select) : sql`SELECT ${select}`,
    );
    const parents = this.#parents.get(table.name) ?? new Map<string, number>();
    this.#parents.set(table.name, parents);
    for (const { d, n } of rows) {
      if (d === null) continue;
      this.#deletionIds.add(d);
      parents.set(d, (parents.get(d) ?? 0) + Number(n));
    }
  }

  /** The deletions that the operation undoes, wholly or in part. */
  get deletionIds(): readonly string[] {
    return [...this.#deletionIds];
  }

  #revive(id: string | null, table: SoftDeleteTable, count: number): void {
    const tally = this.revived.get(id) ?? new Tally();
    this.revived.set(id, tally);
    tally.add(table.name, count);
  }

  /** Rows that carry a working id: parents, and rows that belonged to no deletion. */
  #reviveUnnamed(table: SoftDeleteTable, count: number): void {
    let left = count;
    const parents = this.#parents.get(table.name) ?? new Map<string, number>();
    for (const [id, rows] of parents) {
      const some = Math.min(left, rows);
      if (some === 0) continue;
      this.#revive(id, table, some);
      parents.set(id, rows - some);
      left -= some;
    }
    if (left > 0) this.#revive(null, table, left);
  }

  /** Rows `c` that are about to change. One SELECT, for a listener. */
  async addKeys(table: SoftDeleteTable, from: Sql): Promise<void> {
    if (!this.#wantsKeys) return;
    this.#note(
      table,
      await this.session.select(sql`SELECT ${this.session.keyColumns("c", table)} FROM ${from}`),
    );
  }

  /** Rows of a set that are about to be removed. One SELECT, for a listener. */
  async addSetKeys(table: SoftDeleteTable, sets: ReadableSets): Promise<void> {
    if (!this.#wantsKeys) return;
    const select = sql`${this.session.keyColumns("c", table)} FROM ${sets.name(table)} c`;
    this.#note(table, await this.session.select(sets.select(select)));
  }

  #note(table: SoftDeleteTable, rows: readonly ObjectLiteral[]): void {
    const keys = this.#keys.get(table.name) ?? [];
    this.#keys.set(table.name, keys);
    for (const row of rows) keys.push(this.session.key(table, row));
  }

  /** The primary keys that were noted of a table. */
  keysOf(table: SoftDeleteTable): readonly PrimaryKey[] {
    return this.#keys.get(table.name) ?? [];
  }
}
