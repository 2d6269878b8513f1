import { createDatabase, type ProofDatabase, type ProofDatabaseName } from "./databases";
import type { Fault, FaultKind } from "./injector";
import { CONTEXTS, Pick, type Context, type Operation } from "./operations";
import { Random } from "./random";
import { course, tryFault, type Course } from "./try-fault";
import { World } from "./world";

/** What is tried, and how often. */
export interface FaultsOptions {
  readonly database: ProofDatabaseName;
  readonly operations: readonly Operation[];
  /** How many faults. */
  readonly faults: number;
  /** Of the first world; the next one has the next number. */
  readonly seed: number;
  /** How often the process really kills itself, on SQLite, where the other exits are copies of its files. */
  readonly kills?: number;
  /** Only these, where they are named. */
  readonly kind?: FaultKind | undefined;
  readonly context?: Context | undefined;
  readonly at?: number | undefined;
}

/** Something that was wrong after a fault, and how to see it again. */
export interface Wrong {
  readonly operation: Operation;
  readonly kind: FaultKind;
  readonly statement: string;
  readonly what: string;
  readonly again: string;
}

export interface FaultsResult {
  readonly tried: Readonly<Record<string, number>>;
  readonly total: number;
  readonly worlds: number;
  readonly wrong: readonly Wrong[];
}

interface Task {
  readonly operation: Operation;
  readonly context: Context;
  readonly usual: Course;
  readonly fault: Fault;
}

/** Lets statements fail until there were so many faults, world after world. */
export async function prove(options: FaultsOptions): Promise<FaultsResult> {
  const database = await createDatabase(options.database, "faults");
  const tried: Record<string, number> = {};
  const wrong: Wrong[] = [];
  let total = 0;
  let worlds = 0;
  try {
    while (total < options.faults) {
      const seed = options.seed + worlds++;
      const world = await World.create(database, new Random(seed));
      const tasks = await plan(world, database, seed, options);
      if (tasks.length === 0) throw new Error(`There is nothing to try in the world of ${seed}.`);
      for (const task of tasks.slice(0, options.faults - total)) {
        const { operation, context, usual, fault } = task;
        const name = `${operation.by} ${fault.kind}`;
        tried[name] = (tried[name] ?? 0) + 1;
        total++;
        for (const what of await tryFault(world, operation, context, usual, fault)) {
          const statement = usual.statements[fault.at - 1] ?? "";
          const again = repeat(options.database, seed, task);
          wrong.push({ operation, kind: fault.kind, statement, what, again });
        }
      }
      await world.destroy();
      if (options.at !== undefined) break;
    }
  } finally {
    await database.drop();
  }
  return { tried, total, worlds, wrong };
}

/** All faults of a world, in a random order. */
async function plan(
  world: World,
  { kinds }: ProofDatabase,
  seed: number,
  options: FaultsOptions,
): Promise<Task[]> {
  const random = new Random(seed);
  const tasks: Task[] = [];
  for (const operation of options.operations) {
    for (const context of CONTEXTS) {
      if (options.context !== undefined && context !== options.context) continue;
      const call = operation.on(new Pick(world.rows, new Random(seed)));
      if (!call) continue;
      const usual = await course(world, operation, context, call, seed);
      for (let at = 1; at <= usual.statements.length; at++) {
        if (options.at !== undefined && at !== options.at) continue;
        const wanted = options.kind === undefined ? kinds : [options.kind];
        for (const kind of wanted) tasks.push({ operation, context, usual, fault: { kind, at } });
      }
    }
  }
  const shuffled = random.shuffled(tasks);
  const kills = shuffled.filter(({ fault }) => fault.kind === "exit").slice(0, options.kills ?? 0);
  const killed = kills.map((task): Task => ({
    ...task,
    fault: { ...task.fault, kind: "sigkill" },
  }));
  return [...killed, ...shuffled];
}

/** What to type to see a fault again. */
function repeat(database: string, seed: number, { operation, context, fault }: Task): string {
  return (
    `npm run faults -- --only ${database} --seed ${String(seed)} ` +
    `--operation "${operation.by} ${operation.name}" --in ${context} ` +
    `--kind ${fault.kind} --at ${String(fault.at)}`
  );
}
