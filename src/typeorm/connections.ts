import { setImmediate } from "node:timers/promises";

import type { EntityManager, QueryRunner } from "typeorm";

/**
 * The manager of a connection or, where TypeORM has released that meanwhile, the data source's.
 *
 * Leans on `QueryRunner.isReleased`. When a hook of another subscriber throws, TypeORM waits for no other hook, and releases
 * the connection that it has opened for the call while those are still at work.
 *
 * @internal
 */
export function connectedManager(runner: QueryRunner): EntityManager {
  return runner.isReleased ? runner.manager.dataSource.manager : runner.manager;
}

/**
 * The same in an after-hook, once it has shown whether that of another subscriber throws at once.
 *
 * Leans on TypeORM releasing the connection, where that is so, within the same turn of the event loop.
 *
 * @internal
 */
export async function managerAfterHooks(runner: QueryRunner): Promise<EntityManager> {
  const others = runner.manager.dataSource.subscribers.length > 1;
  if (others && !runner.isTransactionActive) await setImmediate();
  return connectedManager(runner);
}

const rollingBack = new WeakSet<QueryRunner>();

/**
 * Rolls back as one of this package's own transactions.
 *
 * Leans on `rollbackTransaction()` calling `beforeTransactionRollback` before it returns its promise.
 *
 * @internal
 */
export function rollBack(runner: QueryRunner): Promise<void> {
  rollingBack.add(runner);
  const done = runner.rollbackTransaction();
  rollingBack.delete(runner);
  return done;
}

/** In `beforeTransactionRollback`: whether it is {@link rollBack} that has started it. @internal */
export function isOwnRollback(runner: QueryRunner): boolean {
  return rollingBack.has(runner);
}
