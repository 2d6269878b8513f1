import type { QueryRunner } from "typeorm";

import { BrokenTransactionError } from "../errors";
import { dialectOf } from "../sql";
import {
  begin,
  commit,
  connectionOf,
  isInHiddenTransaction,
  isInTransaction,
  releaseSavepoint,
  rollBack,
  rollBackToSavepoint,
  saysNoTransaction,
  setSavepoint,
} from "../typeorm/transactions";
import { isReturned } from "../typeorm/connections";
import { runStatement } from "../typeorm/run-statement";
import { FileLock } from "./file-lock";
import { hasSubscriber } from "./settings";

/** Transactions of callers in which something could not be taken back, and what that was. */
const broken = new WeakMap<QueryRunner, unknown>();

/** Connections on which a transaction of this package's could not be ended. */
const abandoned = new WeakSet();

/** The transactions that are open, by their connection, which may go back to the pool before they are ended. */
const opened = new WeakMap<object, QueryRunner>();

let savepoints = 0;

/** A transaction of this package's own, or a savepoint in that of the caller. */
export class OpenTransaction {
  #savepoint: string | undefined;
  #ended = false;

  private constructor(
    readonly runner: QueryRunner,
    /** Whether it is a transaction, at the isolation level that this package has chosen. */
    readonly own: boolean,
  ) {}

  static async open(runner: QueryRunner): Promise<OpenTransaction> {
    refuseBroken(runner);
    const transaction = new OpenTransaction(runner, !isOpen(runner));
    try {
      await transaction.#start();
      return transaction;
    } catch (error) {
      throw await transaction.rollBack(error);
    }
  }

  async commit(): Promise<void> {
    const { runner } = this;
    const ended = (): void => {
      this.#ended = true;
      if (this.own) opened.delete(connectionOf(runner));
    };
    if (this.#savepoint === undefined) await commit(runner, ended);
    else await releaseSavepoint(runner, this.#savepoint, ended);
  }

  /** Takes everything back. Returns what the caller has to be told: what has failed, or that it could not be taken back. */
  async rollBack(error: unknown): Promise<unknown> {
    const { runner } = this;
    if (this.#ended) return error;
    this.#ended = true;
    try {
      if (this.own) opened.delete(connectionOf(runner));
      if (this.own) await rollBack(runner);
      else if (this.#savepoint !== undefined) await rollBackToSavepoint(runner, this.#savepoint);
      return error;
    } catch (failed) {
      return this.#afterFailure(error, failed);
    }
  }

  async #start(): Promise<void> {
    const { runner } = this;
    if (this.own) {
      const { dataSource } = runner.manager;
      const { singleConnection, begins } = dialectOf(dataSource);
      const isHidden = singleConnection && hasSubscriber(dataSource);
      await FileLock.begin(runner, () => begin(runner, begins, isHidden));
      opened.set(connectionOf(runner), runner);
      return;
    }
    savepoints += 1;
    const name = `soft_delete_${String(savepoints)}`;
    await setSavepoint(runner, name, () => {
      this.#savepoint = name;
    });
  }

  /** A transaction that could not be rolled back, because its connection is dead, has ended with that. */
  #afterFailure(error: unknown, failed: unknown): unknown {
    const { runner } = this;
    if (this.own) {
      // BEGIN may have failed.
      if (!saysNoTransaction(failed)) abandoned.add(connectionOf(runner));
      return error;
    }
    return doom(runner, error, failed);
  }
}

/**
 * Refuses everything but a rollback in the caller's transaction, in which something has failed and could not be taken back. Returns
 * what the caller has to be told.
 */
export function doom(runner: QueryRunner, error: unknown, failed: unknown): unknown {
  // It may have ended meanwhile, and everything with it.
  if (!isOpen(runner)) return error;
  broken.set(runner, error);
  // After a deadlock, say, the database itself has rolled the whole transaction back, and the caller may run it again.
  if (dialectOf(runner.manager.dataSource).isRetryable(error)) return error;
  return new BrokenTransactionError({ cause: new AggregateError([error, failed]) });
}

/** Whether a transaction is open on a connection that the caller has for himself. */
export function isOpen(runner: QueryRunner): boolean {
  return isInTransaction(runner) || isInHiddenTransaction(runner);
}

/** @throws BrokenTransactionError in a transaction in which something could not be taken back. */
export function refuseBroken(runner: QueryRunner, statement = ""): void {
  if (!broken.has(runner)) return;
  if (!/^ROLLBACK\b/i.test(statement)) {
    throw new BrokenTransactionError({ cause: broken.get(runner) });
  }
  if (/^ROLLBACK$/i.test(statement)) broken.delete(runner);
}

/** The transaction in which something could not be taken back is no longer there. */
export function mend(runner: QueryRunner): void {
  broken.delete(runner);
}

/** A ROLLBACK of the application's, or of TypeORM's, has failed: the connection may go back to the pool within its transaction. */
export function rollbackFailed(runner: QueryRunner): void {
  opened.set(connectionOf(runner), runner);
}

/** Ends the transaction in which a connection went back to the pool. Undefined where there is none. */
export function endAbandoned(runner: QueryRunner): Promise<unknown> | undefined {
  const connection = connectionOf(runner);
  const holder = opened.get(connection);
  if (!abandoned.has(connection) && !(holder && holder !== runner && isReturned(holder)))
    return undefined;
  abandoned.delete(connection);
  opened.delete(connection);
  // Where the connection is dead, or has none open, that is what was wanted.
  return runStatement(runner, "ROLLBACK", []).catch(() => undefined);
}
