import type { AfterQueryEvent, QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import {
  endAbandoned,
  isOpen,
  mend,
  refuseBroken,
  rollbackFailed,
} from "../session/open-transaction";
import { OperationQueue } from "../session/operation-queue";
import { queueOf } from "../session/transaction";
import {
  endsInHidden,
  forgetTransaction,
  saysNoTransaction,
  startsInHidden,
  stillStarts,
  waitsToStart,
} from "../typeorm/transactions";

/**
 * In `beforeQuery`: holds a statement back while an operation of this package's holds its connection.
 *
 * @throws BrokenTransactionError in a transaction in which something could not be taken back.
 */
export function passStatement(
  runner: QueryRunner,
  statement: string,
): Promise<unknown> | undefined {
  refuseBroken(runner, statement);
  const ended = endAbandoned(runner);
  const pass = (): Promise<void> | undefined => OperationQueue.known(runner)?.pass();
  return ended ? ended.then(pass) : pass();
}

/** In `beforeTransactionStart`: the same for a transaction, and what its caller does from here on is inside of it. */
export function passTransaction(runner: QueryRunner): Promise<void> | undefined {
  const { singleConnection } = dialectOf(runner.dataSource);
  const queue = singleConnection ? queueOf(runner.manager) : OperationQueue.ofConnection(runner);
  if (!queue) return undefined;
  if (queue.isInside) {
    startsInHidden(runner);
    return undefined;
  }
  const starts = queue.applicationEnters();
  const wait = queue.pass(true);
  if (!wait) {
    starts();
    return undefined;
  }
  waitsToStart(runner);
  return wait.then(() => {
    stillStarts(runner);
    starts();
  });
}

/** After a transaction, or a savepoint, has started. */
export function transactionStarted(runner: QueryRunner): void {
  const queue = OperationQueue.known(runner);
  if (queue?.isInside !== false) return;
  stillStarts(runner);
  queue.applicationStarted();
}

/** In `afterQuery`: a statement has failed that would have begun or ended a transaction of the application's. */
export function transactionFailed({ queryRunner: runner, query, error }: AfterQueryEvent): void {
  const { singleConnection } = dialectOf(runner.dataSource);
  if (!singleConnection && query === "ROLLBACK") rollbackFailed(runner);
  const queue = OperationQueue.known(runner);
  if (!queue || queue.isInside) return;
  if (/^(BEGIN|START TRANSACTION|SAVEPOINT)/.test(query)) queue.applicationStarted();
  // SQLite has rolled it back by itself, on a full disk, say; TypeORM would take it for open ever after.
  if (singleConnection && /^ROLLBACK/.test(query) && saysNoTransaction(error)) {
    forgetTransaction(runner);
    mend(runner);
    queue.applicationEnded();
  }
}

/**
 * In `afterQuery`: the application has gone back to a savepoint. It was there before what could not be taken back: since then
 * nothing but a rollback has passed.
 */
export function rolledBackTo({ queryRunner: runner, query }: AfterQueryEvent): void {
  if (/^\s*ROLLBACK\s+TO\b/i.test(query) && OperationQueue.known(runner)?.isInside === false)
    mend(runner);
}

/** After a transaction, or a savepoint, has ended. */
export function transactionEnded(runner: QueryRunner): void {
  const queue = OperationQueue.known(runner);
  if (!isOpen(runner)) mend(runner);
  if (queue?.isInside === true) endsInHidden(runner);
  else queue?.applicationEnded();
}
