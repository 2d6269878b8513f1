import "reflect-metadata";
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { canStart, startOwnServer, type OwnServer } from "../harness/own-servers";
import { DATABASE_NAMES, isFile, isThere, type ProofDatabaseName } from "./databases";
import type { FaultKind } from "./injector";
import { CONTEXTS, OPERATIONS, type Operation } from "./operations";
import { reasonOf } from "./known";
import { FaultsResult, prove, type Wrong } from "./prove";

const USAGE =
  "npm run faults -- --faults 20000 [--only postgres,sqlite] [--by own] [--seed 1] [--minutes 60] " +
  "[--own-servers] [--kills 20] [--workers 2] " +
  '[--operation "own restore" --in transaction --kind killed-before --at 3]';

const KINDS: readonly FaultKind[] = [
  ...(["fails", "refused", "vetoed", "killed-before", "killed-after", "deadlock"] as const),
  ...(["exit", "sigkill", "server-killed", "server-restarted"] as const),
];

function oneOf<Value extends string>(
  option: string,
  all: readonly Value[],
  given: string | undefined,
): Value | undefined {
  if (given === undefined) return undefined;
  const found = all.find((value) => value === given);
  if (found !== undefined) return found;
  throw new Error(`--${option} is "${given}". There are ${all.join(", ")}: ${USAGE}`);
}

function whole(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${option} is "${given}". Use a whole number: ${USAGE}`);
}

function databases(only: string | undefined, ownServers: boolean): ProofDatabaseName[] {
  const usable = (name: ProofDatabaseName): boolean =>
    ownServers && !isFile(name) ? canStart(name) : isThere(name);
  if (only === undefined) return DATABASE_NAMES.filter(usable);
  return only.split(",").map((name) => oneOf("only", DATABASE_NAMES, name)!);
}

function operations(by: string | undefined, name: string | undefined): readonly Operation[] {
  const kind = oneOf("by", ["own", "native"], by);
  const chosen = OPERATIONS.filter(
    (operation) =>
      (kind === undefined || operation.by === kind) &&
      (name === undefined || `${operation.by} ${operation.name}` === name),
  );
  if (chosen.length > 0) return chosen;
  throw new Error(`--operation names "${String(name)}", which is none: ${USAGE}`);
}

/** Which database, and what has been tried there so far by each of its workers. */
interface Job {
  readonly database: ProofDatabaseName;
  readonly began: number;
  readonly results: readonly FaultsResult[];
}

/** What has gone wrong, how often, and where first. */
function summary(wrong: readonly Wrong[]): string[] {
  const groups = new Map<string, Wrong[]>();
  for (const one of wrong) {
    const reason = reasonOf(one);
    const what = one.what.replace(/\d+ rows/, "n rows");
    const known = reason === undefined ? "" : ` (known: ${reason})`;
    const name = `${one.operation.by}, ${one.kind}: ${what}${known}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups].flatMap(([name, [first, ...rest]]) => [
    `  ${String(rest.length + 1)} times ${name}`,
    `    first at ${first!.statement.split("\n")[0]!.slice(0, 70)}`,
    `    ${first!.again}`,
  ]);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, one) => all + one, 0);
}

/** One line, with what was counted so far. */
function line({ database, began, results }: Job): string {
  const seconds = (Date.now() - began) / 1000;
  const total = sum(results.map((one) => one.total));
  const wrong = results.flatMap((one) => one.wrong);
  const known = wrong.filter((one) => reasonOf(one) !== undefined).length;
  return (
    `${database}: ${String(total)} faults in ${String(sum(results.map(({ worlds }) => worlds)))} worlds, ` +
    `${String(Math.round(seconds))} s (${(total / seconds).toFixed(1)} a second), ` +
    `${String(wrong.length - known)} wrong${known > 0 ? `, ${String(known)} known` : ""}`
  );
}

function told(job: Job): void {
  const tried: Record<string, number> = {};
  for (const result of job.results) {
    for (const [name, count] of Object.entries(result.tried))
      tried[name] = (tried[name] ?? 0) + count;
  }
  const kinds = Object.entries(tried).map(([kind, count]) => `${kind} ${String(count)}`);
  console.log(`${line(job)}\n  ${kinds.sort().join(", ")}`);
  const wrong = job.results.flatMap((one) => one.wrong);
  for (const one of summary(wrong)) console.log(one);
  if (wrong.some((one) => reasonOf(one) === undefined)) process.exitCode = 1;
}

/** Each minute, and what was found since the last time. */
function tellProgress(jobs: readonly Job[]): void {
  const found = new Map<Job, number>();
  const tell = (): void => {
    for (const job of jobs) {
      console.log(`${new Date().toISOString().slice(11, 19)} ${line(job)}`);
      const wrong = job.results.flatMap((one) => one.wrong);
      const before = found.get(job) ?? 0;
      found.set(job, wrong.length);
      for (const one of summary(wrong.slice(before))) console.log(one);
    }
  };
  setInterval(tell, 60_000).unref();
}

type Work = (server: OwnServer | undefined) => Promise<unknown>;

/** With a server of its own, where that is asked for and there is such a thing. */
async function withServer(database: ProofDatabaseName, own: boolean, work: Work): Promise<void> {
  const server = own && !isFile(database) ? await startOwnServer(database) : undefined;
  try {
    await work(server);
  } finally {
    await server?.stop();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      faults: { type: "string", default: "1000" },
      kills: { type: "string", default: "3" },
      workers: { type: "string", default: "1" },
      minutes: { type: "string" },
      "own-servers": { type: "boolean", default: false },
      only: { type: "string" },
      by: { type: "string" },
      seed: { type: "string" },
      operation: { type: "string" },
      in: { type: "string" },
      kind: { type: "string" },
      at: { type: "string" },
    },
  });
  const seed = whole("seed", values.seed) ?? randomInt(1_000_000);
  const workers = Math.max(1, whole("workers", values.workers)!);
  const ended = new AbortController();
  const options = {
    operations: operations(values.by, values.operation),
    faults: Math.ceil(whole("faults", values.faults)! / workers),
    kills: values.kind === undefined ? Math.ceil(whole("kills", values.kills)! / workers) : 0,
    kind: oneOf("kind", KINDS, values.kind),
    context: oneOf("in", CONTEXTS, values.in),
    at: whole("at", values.at),
    signal: ended.signal,
  };
  const own = values["own-servers"];
  const end = (): void => {
    ended.abort();
  };
  process.once("SIGTERM", end).once("SIGINT", end);
  if (values.minutes !== undefined) setTimeout(end, Number(values.minutes) * 60_000).unref();
  console.log(`Faults by seed ${String(seed)}.`);
  const jobs = databases(values.only, own).map((database): Job => {
    const results = Array.from({ length: workers }, () => new FaultsResult());
    return { database, began: Date.now(), results };
  });
  tellProgress(jobs);
  const run = async (job: Job): Promise<void> => {
    const { database } = job;
    await Promise.all(
      job.results.map((result, worker) =>
        withServer(database, own, (server) =>
          prove({ ...options, database, server, seed: seed + 1_000_000 * worker }, result),
        ),
      ),
    );
    told(job);
  };
  for (const answer of await Promise.allSettled(jobs.map(run))) {
    if (answer.status === "rejected") throw answer.reason;
  }
}

// What nobody awaits is wrong as well.
process.on("unhandledRejection", (reason) => {
  console.error("A rejection that nobody has handled:", reason);
  process.exitCode = 1;
});

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    // What a failed run has left open keeps nobody waiting.
    process.exit();
  });
