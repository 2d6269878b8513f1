import type { EntityManager } from "typeorm";

import { dialectOf } from "../sql";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import type { PrimaryKey } from "../errors";
import { hasLog } from "../record/append";
import type { Author } from "../record/author";
import { Recorder } from "../record/recorder";
import { reportRemoval } from "../record/report";
import { PurgeResult, type PurgeFailure } from "../record/results";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { listenersOf } from "../record/listeners";
import { transact } from "../session/transaction";
import { References, type Reference } from "../plan/references";
import { RowReader, type Row } from "./rows";
import type { PurgeScope } from "./scope";
import { Tally } from "../rows/tally";

/** Removes rows that were picked and locked, and returns those that it has removed. */
export type Remove = (session: Session, rows: readonly Row[]) => Promise<readonly Row[]>;

interface Calls {
  readonly author: Author;
  readonly batchSize: number;
  readonly onProgress: ((progress: PurgeResult) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal | undefined;
}

// So many statements are spent on finding out which rows of a table cannot be removed, and so many such rows are kept in mind.
const ATTEMPTS = 200;
const FAILED_ROWS = 10_000;

/** Rows are not found by the primary keys that they were read with: their table is given up. */
export class KeysNotFound extends Error {}

/** A listener has thrown: the purge ends there. */
class Vetoed extends Error {
  constructor(cause: unknown) {
    super("vetoed", { cause });
  }
}

function primaryKeyOf(session: Session, row: Row): PrimaryKey {
  return Object.fromEntries(
    row.table.primary.map((column) => [
      column.propertyPath,
      session.hydrate(column, row.value(column)),
    ]),
  );
}

function countInto(tally: Tally, rows: readonly Row[]): void {
  const byTable = new Map<SoftDeleteTable, number>();
  for (const { table } of rows) byTable.set(table, (byTable.get(table) ?? 0) + 1);
  for (const [table, count] of byTable) tally.add(table.name, count);
}

/** One purge at work: what it has counted, and what has failed. */
export class PurgeWork {
  readonly references: References;
  readonly groups: readonly Group[];
  /** The references by which rows refer to each other in cycles of tables. */
  readonly inner: readonly Reference[];
  readonly tally = new Tally();
  readonly failures: PurgeFailure[] = [];
  /** Whether a pass may leave rows out: those that somebody else has locked, or that its cursor jumps over. */
  readonly skips: boolean;
  readonly #failed = new Map<SoftDeleteTable, Row[]>();
  readonly #attempts = new Map<SoftDeleteTable, number>();
  readonly #stopped = new Set<SoftDeleteTable>();

  constructor(
    readonly manager: EntityManager,
    readonly scope: PurgeScope,
    readonly calls: Calls,
  ) {
    this.references = References.of(manager.dataSource);
    this.groups = this.references.groups(scope.tables);
    this.inner = this.groups.flatMap((group) => group.inner);
    const { skipLocked, stepsOverRemoved } = dialectOf(manager.dataSource);
    this.skips = skipLocked !== "" || stepsOverRemoved;
  }

  reader(session: Session): RowReader {
    return new RowReader(session, this.scope, this.references, this.inner);
  }

  /** Runs statements in a transaction. Of the caller's own transaction the planning is left alone. */
  inTransaction<Result>(
    rows: "all" | "by index",
    operation: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const inCallers = this.#inCallers;
    return transact(this.manager, async (session) => {
      const planning = inCallers ? undefined : session.dialect.planning(rows);
      if (planning) await session.select(planning);
      return operation(session);
    });
  }

  /** The rows of a table that the database refused to remove. */
  failedOf(table: SoftDeleteTable): readonly Row[] {
    return this.#failed.get(table) ?? [];
  }

  /** Whether the table is given up. */
  isStopped(table: SoftDeleteTable): boolean {
    return this.#stopped.has(table);
  }

  /** Whether neither the log nor a listener wants to know which rows go. */
  get tellsNobody(): boolean {
    const { manager } = this;
    return !hasLog(manager) && listenersOf(manager.dataSource, "afterPurge").length === 0;
  }

  /** Removes a batch in one statement. Returns how many rows went; undefined when the database refused. */
  async removeCounted(
    table: SoftDeleteTable,
    remove: (session: Session) => Promise<number>,
  ): Promise<number | undefined> {
    this.calls.signal?.throwIfAborted();
    const removed = await this.inTransaction("by index", remove).catch((error: unknown) => {
      if (this.#endsCallers(error)) throw error;
      return undefined;
    });
    if (!removed) return removed;
    this.tally.add(table.name, removed);
    await this.#progress();
    return removed;
  }

  /** Whether the caller's transaction is at an end: of a deadlock, say, MySQL has rolled it back already. */
  #endsCallers(error: unknown): boolean {
    return this.#inCallers && dialectOf(this.manager.dataSource).isRetryable(error);
  }

  get #inCallers(): boolean {
    return this.manager.queryRunner?.isTransactionActive === true;
  }

  async #progress(): Promise<void> {
    await this.calls.onProgress?.(new PurgeResult(this.tally.toCounts(), [], [...this.failures]));
  }

  /**
   * Picks and removes a batch in one transaction. One that fails is tried again in halves, so that the rows which make it
   * fail are found and the others go.
   */
  async batch(
    table: SoftDeleteTable,
    pick: (session: Session) => Promise<Row[]>,
    remove: Remove,
  ): Promise<{ readonly picked: readonly Row[]; readonly removed: readonly Row[] }> {
    this.calls.signal?.throwIfAborted();
    let picked: Row[] = [];
    let removed: readonly Row[] = [];
    try {
      removed = await this.inTransaction("by index", async (session) => {
        picked = [];
        picked = await pick(session);
        return picked.length === 0 ? [] : this.#remove(session, picked, remove);
      });
      this.#count(removed);
    } catch (error) {
      if (error instanceof Vetoed) throw error.cause;
      if (this.#endsCallers(error)) throw error;
      if (error instanceof KeysNotFound) {
        this.#fail(table, picked, error);
        this.#stopped.add(table);
      } else if (picked.length === 0) {
        this.failures.push({ entity: table.name, count: 0, error });
        this.#stopped.add(table);
      } else {
        removed = await this.#halves(table, picked, error, remove);
      }
    }
    if (removed.length > 0) await this.#progress();
    return { picked, removed };
  }

  async #halves(
    table: SoftDeleteTable,
    rows: readonly Row[],
    error: unknown,
    remove: Remove,
  ): Promise<readonly Row[]> {
    const attempts = this.#attempts.get(table) ?? 0;
    if (rows.length === 1 || attempts >= ATTEMPTS) {
      this.#fail(table, rows, error);
      return [];
    }
    this.#attempts.set(table, attempts + 2);
    const middle = Math.ceil(rows.length / 2);
    const all: Row[] = [];
    for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
      try {
        const removed = await this.inTransaction("by index", async (session) => {
          const locked = await this.#lock(session, half);
          return locked.length === 0 ? [] : this.#remove(session, locked, remove);
        });
        this.#count(removed);
        all.push(...removed);
      } catch (failure) {
        if (failure instanceof Vetoed) throw failure.cause;
        if (this.#endsCallers(failure)) throw failure;
        all.push(...(await this.#halves(table, half, failure, remove)));
      }
    }
    return all;
  }

  async #lock(session: Session, rows: readonly Row[]): Promise<Row[]> {
    const locked: Row[] = [];
    for (const table of new Set(rows.map((row) => row.table))) {
      const own = rows.filter((row) => row.table === table);
      locked.push(...(await this.reader(session).lock(table, own, false)));
    }
    return locked;
  }

  /** Removes rows and tells the log and the listeners, in the same transaction. */
  async #remove(session: Session, rows: readonly Row[], remove: Remove): Promise<readonly Row[]> {
    const removed = await remove(session, rows);
    const { dataSource } = this.manager;
    const recorder = new Recorder(session, "afterPurge");
    if (recorder.wantsRows) {
      for (const row of removed) recorder.addKey(row.table, null, primaryKeyOf(session, row));
    }
    const tally = new Tally();
    countInto(tally, removed);
    const entity = Object.keys(tally.toCounts()).join(", ");
    const done = { roots: removed.length, tally };
    try {
      await reportRemoval(
        session,
        recorder,
        "purge",
        entity,
        this.calls.author,
        now(dataSource),
        done,
      );
    } catch (error) {
      throw new Vetoed(error);
    }
    return removed;
  }

  #count(rows: readonly Row[]): void {
    countInto(this.tally, rows);
  }

  #fail(table: SoftDeleteTable, rows: readonly Row[], error: unknown): void {
    this.failures.push({ entity: table.name, count: rows.length, error });
    for (const row of rows) {
      const failed = this.#failed.get(row.table) ?? [];
      failed.push(row);
      this.#failed.set(row.table, failed);
      if (failed.length > FAILED_ROWS) this.#stopped.add(row.table);
    }
  }
}
