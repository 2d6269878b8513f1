import "reflect-metadata";
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { DATABASE_NAMES, isThere, type ProofDatabaseName } from "./databases";
import type { FaultKind } from "./injector";
import { CONTEXTS, OPERATIONS, type Operation } from "./operations";
import { prove, type FaultsResult, type Wrong } from "./prove";

const USAGE =
  "npm run faults -- --faults 20000 [--only postgres,sqlite] [--by own] [--seed 1] [--kills 20] " +
  '[--operation "own restore" --in transaction --kind killed-before --at 3]';

const KINDS: readonly FaultKind[] = [
  ...(["fails", "refused", "killed-before", "killed-after", "deadlock"] as const),
  ...(["exit", "sigkill"] as const),
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

function databases(only: string | undefined): ProofDatabaseName[] {
  if (only === undefined) return DATABASE_NAMES.filter(isThere);
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

/** What has gone wrong, how often, and where first. */
function summary(wrong: readonly Wrong[]): string[] {
  const groups = new Map<string, Wrong[]>();
  for (const one of wrong) {
    const what = one.what.replace(/\d+ rows/, "n rows");
    const name = `${one.operation.by}, ${one.kind}: ${what}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups].flatMap(([name, [first, ...rest]]) => [
    `  ${String(rest.length + 1)} times ${name}`,
    `    first at ${first!.statement.split("\n")[0]!.slice(0, 70)}`,
    `    ${first!.again}`,
  ]);
}

function told(
  database: string,
  began: number,
  { tried, total, worlds, wrong }: FaultsResult,
): void {
  const seconds = Math.round((Date.now() - began) / 1000);
  const kinds = Object.entries(tried).map(([kind, count]) => `${kind} ${String(count)}`);
  console.log(
    `${database}: ${String(total)} faults in ${String(worlds)} worlds, ${String(seconds)} s, ` +
      `${String(wrong.length)} wrong\n  ${kinds.sort().join(", ")}`,
  );
  for (const line of summary(wrong)) console.log(line);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      faults: { type: "string", default: "1000" },
      kills: { type: "string", default: "3" },
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
  const options = {
    operations: operations(values.by, values.operation),
    faults: whole("faults", values.faults)!,
    kills: values.kind === undefined ? whole("kills", values.kills)! : 0,
    kind: oneOf("kind", KINDS, values.kind),
    context: oneOf("in", CONTEXTS, values.in),
    at: whole("at", values.at),
    seed,
  };
  console.log(`Faults by seed ${String(seed)}.`);
  for (const database of databases(values.only)) {
    const began = Date.now();
    const result = await prove({ ...options, database });
    told(database, began, result);
    if (result.wrong.length > 0) process.exitCode = 1;
  }
}

// What nobody awaits is wrong as well.
process.on("unhandledRejection", (reason) => {
  console.error("A rejection that nobody has handled:", reason);
  process.exitCode = 1;
});

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
