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
  return isReturned(runner) ? runner.manager.dataSource.manager : runner.manager;
}

/** Whether TypeORM has given a connection back. @internal */
export function isReturned(runner: QueryRunner): boolean {
  return runner.isReleased;
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
