import { setTimeout } from "node:timers/promises";

import type { EntityManager, QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import { isOpen, OpenTransaction } from "./open-transaction";
import { OperationQueue } from "./operation-queue";
import { Session } from "./session";
import { warnWithoutSubscriber } from "./settings";

const MAX_ATTEMPTS = 12;

/**
 * Runs an operation atomically: in a savepoint of the transaction that is active, or in a transaction of its own, which is
 * run again after a deadlock or a serialization failure.
 *
 * @internal
 */
export function transact<Result>(
  manager: EntityManager,
  operation: (session: Session) => Promise<Result>,
): Promise<Result> {
  return onConnection(manager, (runner) => inTransaction(runner, operation));
}

/** Like {@link transact}, for an operation of one statement, which is atomic by itself. @internal */
export function autocommit<Result>(
  manager: EntityManager,
  operation: (session: Session) => Promise<Result>,
): Promise<Result> {
  return onConnection(manager, (runner) => operation(new Session(runner)));
}

async function onConnection<Result>(
  manager: EntityManager,
  attempt: (runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const { dataSource } = manager;
  const dialect = dialectOf(dataSource);
  warnWithoutSubscriber(dataSource);
  const repeat = async (): Promise<Result> => {
    for (let count = 1; ; count++) {
      const runner = manager.queryRunner ?? dataSource.createQueryRunner();
      const inside = isOpen(runner);
      try {
        return await attempt(runner);
      } catch (error) {
        if (inside || count >= MAX_ATTEMPTS || !dialect.isRetryable(error)) throw error;
      } finally {
        if (runner !== manager.queryRunner) await runner.release();
      }
      await setTimeout(Math.random() * Math.min(1000, 10 * 2 ** count));
    }
  };
  const queue = queueOf(manager);
  return queue ? queue.run(repeat) : repeat();
}

/** The queue of a connection that the caller shares with others; undefined where an operation has one for itself. @internal */
export function queueOf({ dataSource, queryRunner }: EntityManager): OperationQueue | undefined {
  if (dialectOf(dataSource).singleConnection)
    return OperationQueue.ofDataSource(dataSource, queryRunner ?? dataSource.createQueryRunner());
  return queryRunner && OperationQueue.ofConnection(queryRunner);
}

async function inTransaction<Result>(
  runner: QueryRunner,
  operation: (session: Session) => Promise<Result>,
): Promise<Result> {
  const transaction = await OpenTransaction.open(runner);
  try {
    const result = await operation(new Session(runner, transaction.own));
    await transaction.commit();
    return result;
  } catch (error) {
    throw await transaction.rollBack(error);
  }
}
