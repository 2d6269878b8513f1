import type { EntityManager, QueryRunner } from "typeorm";

import type { Call, Context } from "./operations";
import type { World } from "./world";

const PATIENCE = 30_000;

/** What the caller has seen. */
export interface Outcome {
  /** What the call was rejected with. */
  readonly error: unknown;
  /** What it was resolved with. */
  readonly result?: unknown;
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
  const outcome: Outcome = { error: new Error("It hangs."), committed: false, hung: true };
  return new Promise((resolve) => setTimeout(resolve, PATIENCE, outcome).unref());
}

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  const ended = { committed: false, hung: false };
  return call.then(
    (result) => ({ ...ended, error: undefined, result }),
    (reason: unknown) => ({ ...ended, error: reason ?? new Error("rejected with nothing") }),
  );
}

/** As a caller does who catches the error of the call and commits the rest, if he can. */
async function inTransaction(
  runner: QueryRunner,
  call: (manager: EntityManager) => Promise<unknown>,
): Promise<Outcome> {
  let outcome: Outcome = { error: new Error("not begun"), committed: false, hung: false };
  let committed = false;
  try {
    await runner.startTransaction();
    await runner.query(`INSERT INTO note (id) VALUES (1)`);
    outcome = await outcomeOf(call(runner.manager));
    await runner.commitTransaction();
    committed = true;
  } catch {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
  } finally {
    await runner.release().catch(() => undefined);
  }
  return { ...outcome, committed };
}
