import type { QueryRunner } from "typeorm";

/** What is called once a transaction has been committed. */
export type CommitCallback = () => void | Promise<void>;

const levels = new WeakMap<QueryRunner, CommitCallback[][]>();

/** Keeps callbacks until the outermost transaction of a connection commits, and drops them when theirs rolls back. */
export const commitCallbacks = {
  add(runner: QueryRunner, callback: CommitCallback): void {
    levels.get(runner)?.at(-1)?.push(callback);
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
        runner.manager.dataSource.logger.log("warn", `after commit: ${String(error)}`, runner);
      }
    }
  },

  rolledBack(runner: QueryRunner): void {
    levels.get(runner)?.pop();
  },
};
