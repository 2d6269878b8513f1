import { AsyncLocalStorage } from "node:async_hooks";

import type { DataSource, QueryRunner } from "typeorm";

/** What holds a connection: an operation, or one statement of somebody else's. */
export interface Turn {
  readonly queue: object;
  /** The one that it was called from. */
  readonly outer: Turn | undefined;
  ended: boolean;
  /** While somebody else's statement is on its way inside of it: what to do where that never comes, if that can be told. */
  away?: (() => void) | "on the server" | undefined;
}

/** A transaction of the application's, by TypeORM: what is called inside belongs to it. */
export interface Application {
  readonly queue: object;
  generation: number;
}

/** What the copies of this package that work on one data source share. */
export interface Shared<Queue> {
  readonly turns: AsyncLocalStorage<Turn>;
  readonly applications: AsyncLocalStorage<Application>;
  readonly queues: WeakMap<DataSource | QueryRunner, Queue>;
}

const SHARED = Symbol.for("typeorm-soft-delete:connections");

/** Kept in the data source, under a registered symbol, since a package may be installed twice. */
export function sharedOf<Queue>(dataSource: DataSource): Shared<Queue> {
  const holder = dataSource as { [SHARED]?: Shared<Queue> };
  const known = holder[SHARED];
  if (known) return known;
  const shared: Shared<Queue> = {
    turns: new AsyncLocalStorage(),
    applications: new AsyncLocalStorage(),
    queues: new WeakMap(),
  };
  holder[SHARED] = shared;
  return shared;
}
