import type { OwnServer } from "../harness/own-servers";
import { createDatabase } from "./create-database";
import type { ProofDatabase, ProofDatabaseName } from "./databases";
import type { Fault, FaultKind } from "./injector";
import type { Course } from "./judge";
import { CONTEXTS, Pick, type Context, type Operation } from "./operations";
import { Random } from "./random";
import { course, tryFault } from "./try-fault";
import { World } from "./world";

/** What is tried, and how often. */
export interface FaultsOptions {
  readonly database: ProofDatabaseName;
  /** One that may be killed, instead of the server that everybody uses. */
  readonly server?: OwnServer | undefined;
  readonly operations: readonly Operation[];
  /** How many faults. */
  readonly faults: number;
  /** Of the first world; the next one has the next number. */
  readonly seed: number;
  /** How often the process of a SQLite file, or a server of its own, really is killed among the others. */
  readonly kills?: number;
  /** Ends it although there were fewer faults. */
  readonly signal?: AbortSignal | undefined;
  /** Only these, where they are named. */
  readonly kind?: FaultKind | undefined;
  readonly context?: Context | undefined;
  readonly at?: number | undefined;
}

/** Something that was wrong after a fault, and how to see it again. */
export interface Wrong {
  readonly database: ProofDatabaseName;
  readonly operation: Operation;
  readonly kind: FaultKind;
  readonly statement: string;
  readonly what: string;
  readonly again: string;
}

/** What has been tried so far. */
export class FaultsResult {
  readonly tried: Record<string, number> = {};
  readonly wrong: Wrong[] = [];
  total = 0;
  worlds = 0;
}

interface Task {
  readonly operation: Operation;
  readonly context: Context;
  readonly usual: Course;
  readonly fault: Fault;
}

/** So many faults are tried in one world, at most. */
const IN_ONE_WORLD = 1_000;

/** Lets statements fail until there were so many faults, world after world. */
export async function prove(
  options: FaultsOptions,
  result = new FaultsResult(),
): Promise<FaultsResult> {
  const { faults, kills = 0, server, signal } = options;
  const database = await createDatabase(options.database, "faults", { server });
  const killEach = kills > 0 && database.kills.length > 0 ? Math.ceil(faults / kills) : Infinity;
  const ways = waysOf(options);
  const ended = (): boolean => result.total >= faults || signal?.aborted === true;
  const world = await World.create(database);
  try {
    while (!ended()) {
      const seed = options.seed + result.worlds++;
      await world.fill(new Random(seed));
      const tasks = await plan(world, database, seed, ways, options);
      if (tasks.length === 0)
        throw new Error(`There is nothing to try in the world of ${String(seed)}.`);
      for (const planned of tasks) {
        if (ended()) break;
        const isKill = ++result.total % killEach === 0;
        const task = isKill ? asKill(planned, database, result.total / killEach) : planned;
        result.wrong.push(...(await tryTask(world, seed, task)));
        const name = `${task.operation.by} ${task.fault.kind}`;
        result.tried[name] = (result.tried[name] ?? 0) + 1;
      }
      if (options.at !== undefined) break;
    }
  } catch (error) {
    await database.drop().catch(() => undefined);
    throw error;
  }
  await world.close();
  await database.drop();
  return result;
}

async function tryTask(world: World, seed: number, task: Task): Promise<Wrong[]> {
  const { operation, context, usual, fault } = task;
  const again = repeat(world.database, seed, task);
  const statement = usual.statements[fault.at - 1] ?? "";
  const wrong = await tryFault(world, operation, context, usual, fault);
  return wrong.map((what) => ({
    database: world.database.name,
    operation,
    kind: fault.kind,
    statement,
    what,
    again,
  }));
}

type Way = readonly [Operation, Context];

/** Each operation in each context, in a random order: a world takes some of them, the next one the next. */
function waysOf({ operations, context, seed }: FaultsOptions): Way[] {
  const contexts = context === undefined ? CONTEXTS : [context];
  const all = operations.flatMap((operation) => contexts.map((one): Way => [operation, one]));
  return new Random(seed).shuffled(all);
}

/** Some faults of a world, in a random order. */
async function plan(
  world: World,
  { kinds }: ProofDatabase,
  seed: number,
  ways: Way[],
  { faults, kind, at: only }: FaultsOptions,
): Promise<Task[]> {
  const random = new Random(seed);
  const tasks: Task[] = [];
  const enough = 4 * Math.min(faults, IN_ONE_WORLD);
  for (let left = ways.length; left > 0 && tasks.length < enough; left--) {
    const way = ways.shift()!;
    ways.push(way);
    const [operation, context] = way;
    const call = operation.on(new Pick(world.rows, new Random(seed)));
    if (!call) continue;
    const usual = await course(world, operation, context, call, seed);
    usual.statements.forEach((statement, index) => {
      const at = index + 1;
      if (only !== undefined && at !== only) return;
      for (const one of kind === undefined ? kinds : [kind]) {
        if (one === "vetoed" && !WRITES.test(statement)) continue;
        tasks.push({ operation, context, usual, fault: { kind: one, at } });
      }
    });
  }
  return random.shuffled(tasks).slice(0, IN_ONE_WORLD);
}

const WRITES = /^(SET STATEMENT .* FOR )?(INSERT|UPDATE|DELETE|WITH)\b/;

/** The same fault as one that kills for good. */
function asKill(task: Task, { kills }: ProofDatabase, number: number): Task {
  const kind = kills[number % kills.length];
  return kind === undefined ? task : { ...task, fault: { ...task.fault, kind } };
}

/** What to type to see a fault again. */
function repeat(
  { name, kills }: ProofDatabase,
  seed: number,
  { operation, context, fault }: Task,
): string {
  return (
    `npm run faults -- --only ${name} --seed ${String(seed)} ` +
    `--operation "${operation.by} ${operation.name}" --in ${context} ` +
    `--kind ${fault.kind} --at ${String(fault.at)}` +
    (kills.includes(fault.kind) && name !== "sqlite" && name !== "sqlite-wal"
      ? " --own-servers"
      : "")
  );
}
