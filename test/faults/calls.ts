import type { EntityManager, QueryRunner } from "typeorm";

import type { Call, Context } from "./operations";
import type { World } from "./world";

const PATIENCE = 30_000;

/** What the caller has seen. */
export interface Outcome {
  /** What the call was rejected with. */
  readonly error: unknown;
  /** Whether the caller's transaction was committed. */
  readonly committed: boolean;
  readonly hung: boolean;
}

/** Runs a call as a caller does. */
export async function run(world: World, context: Context, call: Call): Promise<Outcome> {
  const { dataSource, injector } = world;
  const whole = (manager: EntityManager): Promise<unknown> =>
    call(manager, (work) => injector.aside(work));
  const work =
    context === "autocommit"
      ? outcomeOf(whole(dataSource.manager))
      : inTransaction(dataSource.createQueryRunner(), whole);
  return Promise.race([work, hanging()]);
}

/** When a caller would lose his patience. */
export function hanging(): Promise<Outcome> {
  const outcome = { error: new Error("It hangs."), committed: false, hung: true };
  return new Promise((resolve) => setTimeout(resolve, PATIENCE, outcome).unref());
}

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason ?? new Error("rejected with nothing"),
  );
  return { error, committed: false, hung: false };
}

/** As a caller does who catches the error of the call and commits the rest, if he can. */
async function inTransaction(
  runner: QueryRunner,
  call: (manager: EntityManager) => Promise<unknown>,
): Promise<Outcome> {
  let error: unknown = new Error("not begun");
  let committed = false;
  try {
    await runner.startTransaction();
    await runner.query(`INSERT INTO note (id) VALUES (1)`);
    ({ error } = await outcomeOf(call(runner.manager)));
    await runner.commitTransaction();
    committed = true;
  } catch {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
  } finally {
    await runner.release().catch(() => undefined);
  }
  return { error, committed, hung: false };
}
