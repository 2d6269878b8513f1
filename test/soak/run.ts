import "reflect-metadata";
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { canStart, startOwnServer } from "../harness/own-servers";
import { DATABASE_NAMES, isFile, isThere, type ProofDatabaseName } from "../faults/databases";
import { soak, type SoakResult } from "./soak";

const USAGE =
  "npm run soak -- --minutes 60 [--only postgres,sqlite] [--by own] [--callers 4] [--seed 1] " +
  "[--own-servers]";

function positive(option: string, given: string): number {
  const number = Number(given);
  if (number > 0) return number;
  throw new Error(`--${option} is "${given}". Use a number > 0: ${USAGE}`);
}

function databases(only: string | undefined, ownServers: boolean): ProofDatabaseName[] {
  const usable = (name: ProofDatabaseName): boolean =>
    ownServers && !isFile(name) ? canStart(name) : isThere(name);
  if (only === undefined) return DATABASE_NAMES.filter(usable);
  return only.split(",").map((name) => {
    const found = DATABASE_NAMES.find((one) => one === name);
    if (found !== undefined) return found;
    throw new Error(`--only names "${name}". There are ${DATABASE_NAMES.join(", ")}: ${USAGE}`);
  });
}

function lines(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, times]) => `    ${String(times)} ${name}`);
}

function told(database: string, { resolved, rejected, wrong, looks }: SoakResult): void {
  const calls = Object.values(resolved).reduce((sum, times) => sum + times, 0);
  console.log(
    `${database}: ${String(calls)} calls resolved, ${String(wrong.length)} wrong, ` +
      `laws looked at ${String(looks)} times`,
  );
  console.log(["  resolved:", ...lines(resolved), "  rejected:", ...lines(rejected)].join("\n"));
  const kinds = new Map<string, string[]>();
  for (const one of wrong) {
    const kind = one
      .replace(/\[[^\]]*\]/g, "[rows]")
      .replace(/\d+/g, "n")
      .slice(0, 100);
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  for (const [, all] of kinds)
    console.log(`  WRONG, ${String(all.length)} times: ${all[0]!.slice(0, 300)}`);
}

/** Below a minute all databases have their turn at once. */
const SHORT = 60_000;

const VARIABLES = {
  postgres: "TEST_POSTGRES_URL",
  mariadb: "TEST_MARIADB_URL",
  mysql: "TEST_MYSQL_URL",
} as const;

/** Starts a server of its own, which the processes find by the variable of its kind. Returns what ends it. */
async function start(database: ProofDatabaseName): Promise<() => Promise<void>> {
  if (isFile(database)) return () => Promise.resolve();
  const server = await startOwnServer(database);
  process.env[VARIABLES[database]] = server.url;
  return () => server.stop();
}

/** Each database for as long; `--minutes` is the time of one. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      callers: { type: "string", default: "4" },
      "own-servers": { type: "boolean", default: false },
      only: { type: "string" },
      by: { type: "string" },
      seed: { type: "string" },
    },
  });
  const seed = values.seed === undefined ? randomInt(1_000_000) : positive("seed", values.seed);
  const milliseconds = positive("minutes", values.minutes) * 60_000;
  const callers = positive("callers", values.callers);
  const { by, "own-servers": own } = values;
  if (by !== undefined && by !== "own" && by !== "native") {
    throw new Error(`--by is "${by}". There are own and native: ${USAGE}`);
  }
  console.log(`Soak by seed ${String(seed)}, ${values.minutes} minutes on each database.`);
  const all = databases(values.only, own);
  const isShort = milliseconds < SHORT;
  const run = async (database: ProofDatabaseName): Promise<void> => {
    const stop = own ? await start(database) : undefined;
    try {
      const processes = isShort ? 1 : 2;
      const result = await soak({ database, milliseconds, callers, seed, by, processes });
      told(database, result);
      if (result.wrong.length > 0) process.exitCode = 1;
    } finally {
      await stop?.();
    }
  };
  if (isShort) await together(all.map(run));
  else for (const database of all) await run(database);
}

/** Waits for all of them, also where one fails. */
async function together(runs: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(runs)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

// So that no server is left behind.
process.once("SIGTERM", () => process.exit(1));

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    process.exit();
  });
