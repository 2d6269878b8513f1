import type { QueryRunner } from "typeorm";

/** What query runners have beside their interface. */
interface Depths {
  /** Of transactions and savepoints that are open. */
  transactionDepth: number;
  readonly databaseConnection?: object;
}

type BroadcastEvent =
  | "BeforeTransactionStart"
  | "AfterTransactionStart"
  | "BeforeTransactionCommit"
  | "AfterTransactionCommit"
  | "AfterTransactionRollback";

const hidden = new WeakSet<QueryRunner>();

/**
 * Whether a transaction of the application's is open on a connection, or one of this package's that TypeORM knows of.
 *
 * Leans on `transactionDepth`, which every query runner counts once BEGIN has come through. `isTransactionActive` is set before.
 *
 * @internal
 */
export function isInTransaction(runner: QueryRunner): boolean {
  return depthsOf(runner).transactionDepth > 0;
}

/** Whether a transaction of this package's is open that {@link begin} hides. @internal */
export function isInHiddenTransaction(runner: QueryRunner): boolean {
  return hidden.has(runner);
}

/**
 * Begins a transaction by statements of this package's, and tells TypeORM's subscribers as TypeORM does. Where it is hidden,
 * TypeORM takes the connection for free: so a `save()` of somebody else's, on the one connection of SQLite, begins a
 * transaction of its own, and waits for that, where it would do without.
 *
 * Leans on `isTransactionActive` and `transactionDepth`, by which TypeORM tells BEGIN from SAVEPOINT, and COMMIT from RELEASE.
 *
 * @internal
 */
export async function begin(
  runner: QueryRunner,
  statements: readonly string[],
  isHidden: boolean,
): Promise<void> {
  await broadcast(runner, "BeforeTransactionStart");
  for (const statement of statements) await runner.query(statement);
  if (isHidden) hidden.add(runner);
  else set(runner, 1);
  await broadcast(runner, "AfterTransactionStart");
}

/** Commits what {@link begin} has begun; `committed` is called before TypeORM's subscribers are. @internal */
export async function commit(runner: QueryRunner, committed: () => void): Promise<void> {
  await broadcast(runner, "BeforeTransactionCommit");
  await runner.query("COMMIT");
  ended(runner);
  committed();
  await broadcast(runner, "AfterTransactionCommit");
}

/** Rolls back what {@link begin} has begun, if only half. @internal */
export async function rollBack(runner: QueryRunner): Promise<void> {
  try {
    await runner.query("ROLLBACK");
  } finally {
    ended(runner);
    await broadcast(runner, "AfterTransactionRollback");
  }
}

/** Sets a savepoint of this package's, and tells of it as TypeORM tells of its own. @internal */
export async function setSavepoint(
  runner: QueryRunner,
  name: string,
  done: () => void,
): Promise<void> {
  await runner.query(`SAVEPOINT ${name}`);
  done();
  await broadcast(runner, "AfterTransactionStart");
}

/** @internal */
export async function releaseSavepoint(
  runner: QueryRunner,
  name: string,
  done: () => void,
): Promise<void> {
  await runner.query(`RELEASE SAVEPOINT ${name}`);
  done();
  await broadcast(runner, "AfterTransactionCommit");
}

/** @internal */
export async function rollBackToSavepoint(runner: QueryRunner, name: string): Promise<void> {
  try {
    await runner.query(`ROLLBACK TO SAVEPOINT ${name}`);
  } finally {
    await broadcast(runner, "AfterTransactionRollback");
  }
}

/**
 * Makes TypeORM take a connection for free whose transaction the database has ended by itself.
 *
 * Leans on TypeORM leaving its fields as they are where a ROLLBACK fails.
 *
 * @internal
 */
export function forgetTransaction(runner: QueryRunner): void {
  set(runner, 0);
}

/** Whether SQLite says that there is no transaction, or savepoint, to be rolled back. @internal */
export function saysNoTransaction(error: unknown): boolean {
  return /no transaction is active|no such savepoint/.test(String(error));
}

/**
 * In `beforeTransactionStart`, inside of a hidden transaction: makes what TypeORM starts a savepoint.
 *
 * Leans on `transactionDepth` being read after that hook.
 *
 * @internal
 */
export function startsInHidden(runner: QueryRunner): void {
  if (hidden.has(runner) && !isInTransaction(runner)) set(runner, 1);
}

/** After that savepoint has ended. @internal */
export function endsInHidden(runner: QueryRunner): void {
  if (hidden.has(runner) && depthsOf(runner).transactionDepth === 1) set(runner, 0);
}

/**
 * In `beforeTransactionStart`, before a wait: a `save()` that comes meanwhile would take the transaction for there, and do without
 * one.
 *
 * Leans on `isTransactionActive` being set before that hook.
 *
 * @internal
 */
export function waitsToStart(runner: QueryRunner): void {
  (runner as { isTransactionActive: boolean }).isTransactionActive = isInTransaction(runner);
}

/**
 * In `beforeTransactionStart`, after a wait, and once it has started: another transaction may have ended meanwhile.
 *
 * Leans on `isTransactionActive` being set before that hook, and not after it.
 *
 * @internal
 */
export function stillStarts(runner: QueryRunner): void {
  (runner as { isTransactionActive: boolean }).isTransactionActive = true;
}

/**
 * What a query runner has borrowed from the pool; where there is none, as on SQLite, or before its first statement, itself.
 *
 * Leans on `databaseConnection`.
 *
 * @internal
 */
export function connectionOf(runner: QueryRunner): object {
  return depthsOf(runner).databaseConnection ?? runner;
}

function ended(runner: QueryRunner): void {
  hidden.delete(runner);
  set(runner, 0);
}

function set(runner: QueryRunner, depth: number): void {
  depthsOf(runner).transactionDepth = depth;
  (runner as { isTransactionActive: boolean }).isTransactionActive = depth > 0;
}

function depthsOf(runner: QueryRunner): Depths {
  return runner as unknown as Depths;
}

function broadcast(runner: QueryRunner, event: BroadcastEvent): Promise<void> {
  return runner.broadcaster.broadcast(event);
}
