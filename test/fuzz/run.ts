import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { fuzzSuites } from "./suites";

const USAGE = "npm run fuzz -- --minutes 60 [--only criteria,laws] [--runs 100]";
const SEEDS = 2 ** 31;

interface Round {
  readonly passed: boolean;
  readonly output: string;
}

/** Runs a fuzz test once, by Jest, with a seed. */
function runOnce(file: string, variables: NodeJS.ProcessEnv): Promise<Round> {
  const jest = require.resolve("jest/bin/jest");
  const child = spawn(process.execPath, [jest, "--runInBand", "--colors", file], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const keep = (some: Buffer): void => void output.push(some);
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ passed: code === 0, output: Buffer.concat(output).toString() });
    });
  });
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(`--${option} is ${JSON.stringify(text)}. Use a number > 0: ${USAGE}`);
}

function chosen(only: string | undefined): (readonly [name: string, file: string])[] {
  const all = fuzzSuites();
  const names = only?.split(",") ?? [...all.keys()];
  return names.map((name) => {
    const file = all.get(name);
    if (file !== undefined) return [name, file];
    const known = [...all.keys()].join(", ");
    throw new Error(`--only names ${JSON.stringify(name)}. There are ${known}: ${USAGE}`);
  });
}

/** What to type to run a round again. */
function again(file: string, variables: Readonly<Record<string, string>>): string {
  const { TEST_DATABASES } = process.env;
  const all = { ...variables, ...(TEST_DATABASES ? { TEST_DATABASES } : {}) };
  const assignments = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  return [...assignments, "npx jest --runInBand", file].join(" ");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      only: { type: "string" },
      runs: { type: "string" },
    },
  });
  const end = Date.now() + positive("minutes", values.minutes) * 60_000;
  const runs = values.runs === undefined ? {} : { FUZZ_RUNS: `${positive("runs", values.runs)}` };
  const suites = chosen(values.only);
  // Short runs begin with another one each time.
  for (let turn = randomInt(suites.length); Date.now() < end; turn++) {
    const suite = suites[turn % suites.length];
    if (!suite) return;
    const [name, file] = suite;
    const variables = { FUZZ_SEED: String(randomInt(SEEDS)), ...runs };
    const began = Date.now();
    const { passed, output } = await runOnce(file, variables);
    const seconds = Math.round((Date.now() - began) / 1000);
    const outcome = passed ? "passed" : "FAILED";
    console.log(`${name}, seed ${variables.FUZZ_SEED}: ${outcome} after ${seconds} s`);
    if (passed) continue;
    console.log(`${output}\nTo run it again:\n  ${again(file, variables)}`);
    process.exitCode = 1;
    return;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
