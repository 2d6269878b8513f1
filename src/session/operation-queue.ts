import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

import type { DataSource, QueryRunner } from "typeorm";

/** An operation at work, and the one that it was called from. */
interface Running {
  readonly queue: OperationQueue;
  readonly outer: Running | undefined;
  ended: boolean;
}

/**
 * Runs operations one after the other. SQLite has one connection for each data source, and TypeORM interleaves the
 * transactions of parallel calls on it; on other databases the savepoints of parallel calls within one transaction.
 */
export class OperationQueue {
  static readonly #queues = new WeakMap<DataSource | QueryRunner, OperationQueue>();
  static readonly #running = new AsyncLocalStorage<Running>();

  #last: Promise<unknown> = Promise.resolve();

  static of(owner: DataSource | QueryRunner): OperationQueue {
    const known = this.#queues.get(owner);
    if (known) return known;
    const queue = new OperationQueue();
    this.#queues.set(owner, queue);
    return queue;
  }

  /** Runs after everything that came before; at once when called from inside an operation of this queue. */
  run<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#isInside()) return operation();
    const running: Running = {
      queue: this,
      outer: OperationQueue.#running.getStore(),
      ended: false,
    };
    const result = this.#last.then(() =>
      OperationQueue.#running.run(running, operation).finally(() => {
        running.ended = true;
      }),
    );
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * Waits for everything that came before, and holds back what comes after for one turn of the event loop: in that turn a
   * statement of TypeORM's own, which follows at once, gets between two operations and not into one.
   */
  async leaveRoom(): Promise<void> {
    if (this.#isInside()) return;
    const before = this.#last;
    this.#last = before.then(() => setImmediate());
    await before;
  }

  /** Not what an operation has only left behind, such as a timer. */
  #isInside(): boolean {
    let running = OperationQueue.#running.getStore();
    while (running && (running.queue !== this || running.ended)) running = running.outer;
    return running !== undefined;
  }
}
