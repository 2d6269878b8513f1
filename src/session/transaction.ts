import { setTimeout } from "node:timers/promises";

import type { EntityManager, QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import { rollBack } from "../typeorm/connections";
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
  const dialect = dialectOf(manager.dataSource);
  warnWithoutSubscriber(manager.dataSource);
  const repeat = async (): Promise<Result> => {
    for (let count = 1; ; count++) {
      const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
      const callersTransaction = runner.isTransactionActive;
      try {
        return await attempt(runner);
      } catch (error) {
        if (callersTransaction || count >= MAX_ATTEMPTS || !dialect.isRetryable(error)) throw error;
      } finally {
        if (runner !== manager.queryRunner) await runner.release();
      }
      await setTimeout(Math.random() * Math.min(1000, 10 * 2 ** count));
    }
  };
  const owner = dialect.singleConnection ? manager.dataSource : manager.queryRunner;
  return owner ? OperationQueue.of(owner).run(repeat) : repeat();
}

async function inTransaction<Result>(
  runner: QueryRunner,
  operation: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { dataSource } = runner.manager;
  // A savepoint has no isolation level of its own.
  const own = !runner.isTransactionActive && dataSource.options.isolationLevel === undefined;
  await runner.startTransaction(own ? dialectOf(dataSource).isolationLevel : undefined);
  try {
    const result = await operation(new Session(runner, own));
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // The first error tells; after a deadlock, say, MySQL has rolled back already.
    await rollBack(runner).catch(() => undefined);
    throw error;
  }
}
