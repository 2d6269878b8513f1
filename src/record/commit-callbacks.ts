import type { QueryRunner } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import { logError } from "../typeorm/error-log";

/** What is called once a transaction has been committed. */
export type CommitCallback = () => void | Promise<void>;

const levels = new WeakMap<QueryRunner, CommitCallback[][]>();

/** Keeps callbacks until the outermost transaction of a connection commits, and drops them when theirs rolls back. */
export const commitCallbacks = {
  /**
   * Takes callbacks as long as the transaction, or savepoint, that is now open on the connection is.
   *
   * @throws SoftDeleteConfigurationError once it has ended.
   */
  taker(runner: QueryRunner): (callback: CommitCallback) => void {
    const level = levels.get(runner)?.at(-1);
    return (callback) => {
      if (!level || levels.get(runner)?.includes(level) !== true) {
        throw SoftDeleteConfigurationError.lateCallback();
      }
      level.push(callback);
    };
  },

  started(runner: QueryRunner): void {
    const stack = levels.get(runner) ?? [];
    levels.set(runner, stack);
    stack.push([]);
  },

  async committed(runner: QueryRunner): Promise<void> {
    const stack = levels.get(runner);
    const done = stack?.pop() ?? [];
    const outer = stack?.at(-1);
    if (outer) {
      outer.push(...done);
      return;
    }
    for (const callback of done) {
      try {
        await callback();
      } catch (error) {
        // The transaction is committed: the caller must not be told otherwise.
        logError(runner, "event.afterCommit()", error);
      }
    }
  },

  rolledBack(runner: QueryRunner): void {
    levels.get(runner)?.pop();
  },
};
