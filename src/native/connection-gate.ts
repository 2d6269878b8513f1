import type { QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import { endAbandoned, refuseBroken } from "../session/open-transaction";
import { OperationQueue } from "../session/operation-queue";
import { queueOf } from "../session/transaction";
import { endsInHidden, startsInHidden, stillStarts } from "../typeorm/transactions";

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
  const single = dialectOf(runner.dataSource).singleConnection;
  const queue = single ? queueOf(runner.manager) : OperationQueue.known(runner);
  if (!queue) return undefined;
  if (queue.isInside) {
    startsInHidden(runner);
    return undefined;
  }
  const starts = single ? queue.applicationEnters() : undefined;
  const wait = queue.pass(true);
  if (!wait) {
    starts?.();
    return undefined;
  }
  return wait.then(() => {
    stillStarts(runner);
    starts?.();
  });
}

/** After a transaction, or a savepoint, has ended. */
export function transactionEnded(runner: QueryRunner): void {
  const queue = OperationQueue.known(runner);
  if (queue?.isInside === true) endsInHidden(runner);
  else queue?.applicationEnded();
}
