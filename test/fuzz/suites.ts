import { readdirSync } from "node:fs";
import { join } from "node:path";

const ENDING = ".test.ts";

/** The fuzz tests that stand elsewhere, by the name under which they are asked for. */
const OTHERS: readonly (readonly [name: string, file: string])[] = [
  ["laws", "test/laws/random.test.ts"],
  ["metadata", "test/plan/random-metadata.test.ts"],
  ["settle", "test/settle/random.test.ts"],
];

/** The fuzz tests by name: those of this folder, and others. Each goes by `FUZZ_SEED` and `FUZZ_RUNS`. */
export function fuzzSuites(): ReadonlyMap<string, string> {
  const own = readdirSync(__dirname)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => [file.slice(0, -ENDING.length), join("test/fuzz", file)] as const);
  return new Map([...own, ...OTHERS]);
}
