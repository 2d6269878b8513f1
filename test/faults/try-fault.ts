import { setTimeout } from "node:timers/promises";

import { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager } from "../../src";
import { hanging, run, type Outcome } from "./calls";
import type { ProofDatabase } from "./databases";
import { copyAt, killAt } from "./exits";
import type { Fault } from "./injector";
import { judge, same, type Course } from "./judge";
import { breaches } from "./laws";
import type { Call, Context, Operation } from "./operations";
import { Probe } from "./shop";
import { comparable, readRows, type Rows, type World } from "./world";

/** Runs an operation once without a fault. */
export async function course(
  world: World,
  operation: Operation,
  context: Context,
  call: Call,
  seed: number,
): Promise<Course> {
  await arrange(world, operation);
  const before = comparable(await world.now(), world.rows);
  world.injector.arm();
  const { error } = await run(world, context, call);
  await world.injector.disarm();
  const statements = [...world.injector.statements];
  const rows = await world.now();
  const after = comparable(rows, world.rows);
  await world.reset(rows);
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
  if (killsServer(fault)) await world.database.revive();
  if (outcome.hung) {
    await world.reopen();
    return ["the call hangs"];
  }
  const rows = await world.now();
  const wrong = await wrongAfter(world, operation, context, usual, fault, outcome, rows);
  if (wrong.length > 0) await world.reopen();
  else await world.reset(rows, TOUCHED);
  return wrong;
}

/** The tables of what is tried next. */
const TOUCHED = ["probe", "soft_delete_log"];

function killsServer({ kind }: Fault): boolean {
  return kind === "server-killed" || kind === "server-restarted";
}

async function wrongAfter(
  world: World,
  operation: Operation,
  context: Context,
  usual: Course,
  fault: Fault,
  outcome: Outcome,
  rows: Rows,
): Promise<string[]> {
  const wrong = await wrongPool(world, killsServer(fault));
  const now = comparable(rows, world.rows);
  const told = judge(operation, context, usual, fault, outcome, now);
  // Before settle() mends them.
  const known = now.rows === usual.before.rows || now.rows === usual.after.rows;
  const broken = known || operation.batches ? [] : await breaches(world.database.plain);
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
  const broken = operation.arrange ? [] : await breaches(left.plain);
  if (half) wrong.push(`half done${await settlesLeft(left, world, operation, usual)}`);
  for (const { law, rows } of broken) wrong.push(`${law} broken in ${String(rows)} rows`);
  const [check] = (await left.plain.query("PRAGMA integrity_check")) as {
    integrity_check: string;
  }[];
  if (check?.integrity_check !== "ok") wrong.push("the file is broken");
  if (left === world.database) await world.reopen();
  else {
    await left.drop();
    await world.reset(await world.now());
  }
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
  await database.plain.all(arrange);
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
  if ((await breaches(left.database.plain)).length > 0) return ", and settle() does not mend it";
  const { rows } = comparable(await readRows(left.database), left.rows);
  if (rows === usual.before.rows) return "; settle() takes it back";
  return rows === usual.after.rows ? "; settle() finishes it" : "; settle() mends the laws";
}

/** Whether all connections can be borrowed at once, and none of them is in a transaction. */
async function wrongPool(world: World, serverWasKilled: boolean): Promise<string[]> {
  // A driver notices some dead connections only when they are used.
  for (let left = serverWasKilled ? world.database.poolSize : 0; left > 0; left--) {
    if ((await wrongConnections(world)).length === 0) return [];
    await setTimeout(20);
  }
  return wrongConnections(world);
}

async function wrongConnections({ dataSource, database, injector }: World): Promise<string[]> {
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
    const active = await database.plain.query(`SELECT 1 FROM "probe" WHERE "deletedAt" IS NULL`);
    return active.length === 1 ? [] : ["the next operation was lost"];
  } catch (error) {
    return [`the next operation fails: ${String(error)}`];
  }
}
