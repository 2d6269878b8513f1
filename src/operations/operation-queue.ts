import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

import type { DataSource } from "typeorm";

/**
 * Runs operations one after the other. SQLite has one connection for each data source, and TypeORM interleaves the
 * transactions of parallel calls on it.
 */
export class OperationQueue {
  static readonly #queues = new WeakMap<DataSource, OperationQueue>();

  readonly #inside = new AsyncLocalStorage<true>();
  #last: Promise<unknown> = Promise.resolve();

  static of(dataSource: DataSource): OperationQueue {
    const known = this.#queues.get(dataSource);
    if (known) return known;
    const queue = new OperationQueue();
    this.#queues.set(dataSource, queue);
    return queue;
  }

  /** Runs after everything that came before; at once when called from inside an operation of this queue. */
  run<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#inside.getStore() === true) return operation();
    const result = this.#last.then(() => this.#inside.run(true, operation));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * Waits for everything that came before, and holds back what comes after for one turn of the event loop: in that turn a
   * statement of TypeORM's own, which follows at once, gets between two operations and not into one.
   */
  async leaveRoom(): Promise<void> {
    if (this.#inside.getStore() === true) return;
    const before = this.#last;
    this.#last = before.then(() => setImmediate());
    await before;
  }
}
