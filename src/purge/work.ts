import type { EntityManager } from "typeorm";

import { dialectOf } from "../sql";
import type { Dialect } from "../sql/dialect";
import type { RemovalGroup } from "../plan/removal-order";
import type { SoftDeleteTable } from "../plan/table";
import { hasLog } from "../record/append";
import type { Author } from "../record/author";
import { PurgeResult } from "../record/results";
import type { Session } from "../session/session";
import { listenersOf } from "../record/listeners";
import { transact } from "../session/transaction";
import { References, type Reference } from "../plan/references";
import { Failures } from "./failures";
import { RowReader } from "./row-reader";
import type { PurgeScope } from "./scope";
import { Tally } from "../rows/tally";

interface Calls {
  readonly author: Author;
  readonly batchSize: number;
  readonly onProgress: ((progress: PurgeResult) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Rows have changed while they were purged. */
export class RowsNotRemoved extends Error {}

/** One purge at work: what it has counted, and what has failed. */
export class PurgeWork {
  readonly references: References;
  readonly groups: readonly RemovalGroup[];
  /** The references by which rows refer to each other in cycles of tables. */
  readonly inner: readonly Reference[];
  readonly tally = new Tally();
  readonly failures = new Failures();
  /** Whether a pass may leave rows out: those that somebody else has locked, or that its cursor jumps over. */
  readonly skips: boolean;

  constructor(
    readonly manager: EntityManager,
    readonly scope: PurgeScope,
    readonly calls: Calls,
  ) {
    this.references = References.of(manager.dataSource);
    this.groups = this.references.removalOrder(scope.tables, scope.ways);
    this.inner = this.groups.flatMap((group) => group.inner);
    const { skipLocked, stepsOverRemoved } = this.dialect;
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
      if (!this.isOfRows(error)) throw error;
      return undefined;
    });
    if (!removed) return removed;
    this.tally.add(table.name, removed);
    await this.progress();
    return removed;
  }

  /**
   * Whether an error is about the rows of a batch, so that the purge leaves them and goes on. What a database that fails says is
   * not, nor what may end the caller's transaction: of a deadlock, say, MySQL has rolled it back already.
   */
  isOfRows(error: unknown): boolean {
    const { dialect } = this;
    if (error instanceof RowsNotRemoved || dialect.isRefusal(error)) return true;
    return !this.#inCallers && (dialect.isLockTimeout(error) || dialect.isRetryable(error));
  }

  get dialect(): Dialect {
    return dialectOf(this.manager.dataSource);
  }

  get #inCallers(): boolean {
    return this.manager.queryRunner?.isTransactionActive === true;
  }

  /** Tells the caller how far the purge has come. */
  async progress(): Promise<void> {
    await this.calls.onProgress?.(
      new PurgeResult(this.tally.toCounts(), [], [...this.failures.list]),
    );
  }
}
