import { DataSource, QueryFailedError } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager } from "../../src";
import { hanging, run, type Outcome } from "./calls";
import type { ProofDatabase } from "./databases";
import { copyAt, killAt } from "./exits";
import { breaches } from "./laws";
import type { Fault } from "./injector";
import type { Call, Context, Operation } from "./operations";
import { Probe } from "./shop";
import { comparable, readRows, type World } from "./world";

type State = ReturnType<typeof comparable>;

/** How an operation goes when nothing fails. */
export interface Course {
  readonly call: Call;
  /** The seed by which its rows were picked. */
  readonly seed: number;
  readonly before: State;
  readonly after: State;
  readonly refused: boolean;
  readonly statements: readonly string[];
}

/** Runs an operation once without a fault. */
export async function course(
  world: World,
  operation: Operation,
  context: Context,
  call: Call,
  seed: number,
): Promise<Course> {
  await arrange(world, operation);
  const before = await state(world);
  world.injector.arm();
  const { error } = await run(world, context, call);
  await world.injector.disarm();
  const statements = [...world.injector.statements];
  const after = await state(world);
  await world.reset();
  return { call, seed, before, after, refused: error !== undefined, statements };
}

/** Whether the process is gone, so that nothing is told. */
function isExit({ kind }: Fault): boolean {
  return kind === "exit" || kind === "sigkill";
}

/** Runs it with a fault. Returns what is wrong afterwards, in words; nothing where all holds. */
export async function tryFault(
  world: World,
  operation: Operation,
  context: Context,
  usual: Course,
  fault: Fault,
): Promise<string[]> {
  const { injector } = world;
  await arrange(world, operation);
  if (isExit(fault)) return tryExit(world, operation, context, usual, fault);
  injector.arm(fault);
  const outcome = await run(world, context, usual.call);
  await injector.disarm();
  const wrong = outcome.hung
    ? ["the call hangs"]
    : await wrongAfter(world, operation, context, usual, fault, outcome);
  if (wrong.length > 0) await world.reopen();
  else await world.reset();
  return wrong;
}

async function wrongAfter(
  world: World,
  operation: Operation,
  context: Context,
  usual: Course,
  fault: Fault,
  outcome: Outcome,
): Promise<string[]> {
  const wrong = await wrongPool(world);
  const now = await state(world);
  const told = judge(operation, context, usual, fault, outcome, now);
  // Before settle() mends them.
  const known = now.rows === usual.before.rows || now.rows === usual.after.rows;
  const broken = known || operation.batches ? [] : await breaches(world.database.query);
  for (const { law, rows } of broken) wrong.push(`${law} broken in ${String(rows)} rows`);
  if (told !== undefined) {
    const settled = told.startsWith("half done") ? await settles(world, operation, usual) : "";
    wrong.push(told + settled);
  }
  wrong.push(...(await wrongNext(world)));
  return wrong;
}

/** What a process leaves that is gone in the middle of the operation. */
async function tryExit(
  world: World,
  operation: Operation,
  context: Context,
  usual: Course,
  fault: Fault,
): Promise<string[]> {
  const left =
    fault.kind === "exit"
      ? await copyAt(world, fault, () => run(world, context, usual.call))
      : await killAt(world, fault, { by: operation.by, name: operation.name, context, ...usual });
  const wrong: string[] = [];
  const now = comparable(await readRows(left), world.rows);
  const half = !same(now, usual.before) && !same(now, usual.after) && !operation.batches;
  const broken = operation.arrange ? [] : await breaches(left.query);
  if (half) wrong.push(`half done${await settlesLeft(left, world, operation, usual)}`);
  for (const { law, rows } of broken) wrong.push(`${law} broken in ${String(rows)} rows`);
  const [check] = (await left.query("PRAGMA integrity_check")) as { integrity_check: string }[];
  if (check?.integrity_check !== "ok") wrong.push("the file is broken");
  if (left === world.database) await world.reopen();
  else await Promise.all([left.drop(), world.reset()]);
  return wrong;
}

/** The same by the next process. */
async function settlesLeft(
  left: ProofDatabase,
  { rows }: World,
  operation: Operation,
  usual: Course,
): Promise<string> {
  const dataSource = await new DataSource(left.options()).initialize();
  try {
    return await settles({ dataSource, database: left, rows }, operation, usual);
  } finally {
    await dataSource.destroy();
  }
}

async function arrange({ database }: World, { arrange = [] }: Operation): Promise<void> {
  for (const statement of arrange) await database.query(statement);
}

async function state(world: World): Promise<State> {
  return comparable(await world.now(), world.rows);
}

function same(one: State, other: State): boolean {
  return one.rows === other.rows && one.log === other.log;
}

/** What the outcome tells and the rows do not. */
function judge(
  operation: Operation,
  context: Context,
  usual: Course,
  { kind }: Fault,
  { error, committed }: Outcome,
  now: State,
): string | undefined {
  const isBefore = same(now, usual.before);
  const isAfter = same(now, usual.after);
  const resolved = (error === undefined) !== usual.refused;
  if (context === "transaction") {
    // An error of the database tells the caller that his transaction is over; a refusal does not.
    if (committed && !now.note && !(error instanceof QueryFailedError)) {
      return "the caller's transaction was lost, and his COMMIT resolved";
    }
    if (!committed && now.note && kind !== "killed-after")
      return "committed, and told as rolled back";
  }
  if (operation.batches) {
    const whole = error === undefined && (context === "autocommit" || committed);
    if (whole && !isAfter) return "resolved, and not done";
    return context === "transaction" && !now.note && !isBefore ? "half done" : undefined;
  }
  if (!isBefore && !isAfter) return "half done";
  const done = context === "autocommit" ? resolved : resolved && now.note;
  if (done && !isAfter) return "resolved, and not done";
  if (!done && !isBefore && kind !== "killed-after") return "rejected, and done";
  if (operation.by === "own" && context === "autocommit" && kind === "deadlock" && !resolved) {
    return `a deadlock reached the caller: ${String(error)}`;
  }
  return undefined;
}

/** Whether `settle()` leaves the laws whole. */
async function settles(
  left: Pick<World, "dataSource" | "database" | "rows">,
  operation: Operation,
  usual: Course,
): Promise<string> {
  if (operation.arrange) return "";
  try {
    await new SoftDeleteManager(left.dataSource).settle();
  } catch (error) {
    return `, and settle() fails: ${String(error)}`;
  }
  if ((await breaches(left.database.query)).length > 0) return ", and settle() does not mend it";
  const { rows } = comparable(await readRows(left.database), left.rows);
  if (rows === usual.before.rows) return "; settle() takes it back";
  return rows === usual.after.rows ? "; settle() finishes it" : "; settle() mends the laws";
}

/** Whether all connections can be borrowed at once, and none of them is in a transaction. */
async function wrongPool({ dataSource, database, injector }: World): Promise<string[]> {
  const wrong: string[] = [];
  const runners = Array.from({ length: database.poolSize }, () => dataSource.createQueryRunner());
  try {
    const all = Promise.all(runners.map((runner) => runner.query("SELECT 1")));
    if ((await Promise.race([all, hanging()])) instanceof Array) {
      const open = await database.openTransactions(runners);
      if (open > 0 || injector.inTransaction) wrong.push("a transaction is left open");
    } else wrong.push("the pool is not whole");
  } catch (error) {
    wrong.push(`a connection of the pool is broken: ${String(error)}`);
  }
  await Promise.allSettled(runners.map((runner) => runner.release()));
  return wrong;
}

/** Whether the next operations work. */
async function wrongNext({ dataSource, database }: World): Promise<string[]> {
  try {
    const probes = getSoftDeleteRepository(dataSource, Probe);
    await probes.softDelete(1);
    await dataSource.getRepository(Probe).restore(1);
    const active = await database.query(`SELECT 1 FROM "probe" WHERE "deletedAt" IS NULL`);
    return (active as unknown[]).length === 1 ? [] : ["the next operation was lost"];
  } catch (error) {
    return [`the next operation fails: ${String(error)}`];
  }
}
