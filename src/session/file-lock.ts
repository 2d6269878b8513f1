import { setTimeout } from "node:timers/promises";

import type { DataSource, QueryRunner } from "typeorm";

import { driverErrorCode, failedStatement } from "../typeorm/driver-error";
import { writeLockOf, type WriteLock } from "../typeorm/write-lock";
import { OperationQueue } from "./operation-queue";

const PAUSE = 4;
const LATELY = 250;

/** Until when a data source gives way to others. */
const contended = new WeakMap<DataSource, number>();

/** The lock of a SQLite file, which one transaction at a time has to write: of all processes, and data sources of one. */
export class FileLock {
  /** How long it is waited for at least, in milliseconds: a shorter `timeout` is meant for waits that stop the process. */
  static least = 5_000;

  /**
   * Begins a transaction that writes, once it can. SQLite's own way is to sleep with the whole process, in which nothing goes on
   * meanwhile, and whoever has just had the lock gets it again: so who has met another writer lately gives way to him before
   * each transaction.
   *
   * @throws QueryFailedError with SQLITE_BUSY after the driver's `timeout`, or `least`.
   */
  static async begin(runner: QueryRunner, begin: () => Promise<void>): Promise<void> {
    const lock = await writeLockOf(runner);
    const start = Date.now();
    for (;;) {
      if (lock) await FileLock.#wait(runner, lock, start);
      try {
        await begin();
        return;
      } catch (error) {
        // Somebody else was faster.
        const late =
          driverErrorCode(error) === "SQLITE_BUSY" && /^BEGIN/.test(failedStatement(error));
        if (!lock || !late || Date.now() - start >= Math.max(lock.timeout, FileLock.least))
          throw error;
        contended.set(runner.dataSource, Date.now() + LATELY);
      }
    }
  }

  static async #wait(runner: QueryRunner, lock: WriteLock, start: number): Promise<void> {
    const { dataSource } = runner;
    const isContended = Date.now() < (contended.get(dataSource) ?? 0);
    let refusal = isContended ? undefined : lock.refusal();
    if (!isContended && !refusal) return;
    const wait = async (): Promise<void> => {
      for (;;) {
        await setTimeout(1 + Math.random() * PAUSE);
        const waited = Date.now() - start;
        refusal = lock.refusal();
        if (!refusal) return;
        contended.set(dataSource, Date.now() + LATELY);
        if (waited >= Math.max(lock.timeout, FileLock.least)) throw refusal;
      }
    };
    const queue = OperationQueue.known(runner);
    await (queue ? queue.apart(wait) : wait());
  }
}
