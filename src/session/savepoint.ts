import type { QueryRunner } from "typeorm";

import { runStatement } from "../typeorm/run-statement";
import { doom, isOpen } from "./open-transaction";
import type { OperationQueue } from "./operation-queue";
import { queueOf } from "./transaction";

let count = 0;

/**
 * A savepoint around statements that somebody else sends one after the other, and of which nobody may tell that the last has been
 * sent. It holds nothing: what others send over the connection meanwhile is {@link mixed} with it, so that it can no longer be gone
 * back to, nor be released, by which theirs would end. One that is left there ends with its transaction.
 */
export class Savepoint {
  /** Others have sent something since. */
  mixed = false;
  /** Whether everything since has been taken back. */
  rolledBack = false;
  /** What ends it is at work, which holds the connection, or has been. */
  ending = false;

  private constructor(
    private readonly runner: QueryRunner,
    private readonly queue: OperationQueue | undefined,
    private readonly name: string,
  ) {}

  /** Undefined where, after others have ended theirs, no transaction is open. */
  static set(runner: QueryRunner): Promise<Savepoint | undefined> {
    const queue = queueOf(runner.manager);
    const set = async (): Promise<Savepoint | undefined> => {
      if (!isOpen(runner)) return undefined;
      count += 1;
      const name = `soft_delete_rows_${String(count)}`;
      await runStatement(runner, `SAVEPOINT ${name}`, []);
      return new Savepoint(runner, queue, name);
    };
    return queue && !queue.isInside ? queue.runAndLetFollow(set) : set();
  }

  /** Runs what is left to be done, and ends it. @throws what fails, after everything is taken back, where that is possible. */
  end(work: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      try {
        await work();
        if (!this.mixed) await runStatement(this.runner, `RELEASE SAVEPOINT ${this.name}`, []);
      } catch (error) {
        throw await this.#goBack(error);
      }
    });
  }

  /** Takes everything back, where that is possible. Returns what the caller has to be told. */
  rollBack(error: unknown): Promise<unknown> {
    return this.#alone(() => this.#goBack(error));
  }

  async #goBack(error: unknown): Promise<unknown> {
    if (this.mixed || this.rolledBack) return error;
    try {
      await runStatement(this.runner, `ROLLBACK TO SAVEPOINT ${this.name}`, []);
      this.rolledBack = true;
      await runStatement(this.runner, `RELEASE SAVEPOINT ${this.name}`, []);
      return error;
    } catch (failed) {
      return doom(this.runner, error, failed);
    }
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = (): Promise<Result> => {
      this.ending = true;
      return work();
    };
    return this.queue ? this.queue.run(run) : run();
  }
}
