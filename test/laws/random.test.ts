import fc from "fast-check";

import { RANDOM } from "./random-entities";
import { RandomRun } from "./random-run";
import { rows, steps } from "./random-steps";
import { describeLaw } from "./world";

const SEED = process.env["FUZZ_SEED"];

describeLaw("Laws 1 to 7, by a model", RANDOM, (world) => {
  // A server takes longer over each statement.
  const usual = world.database === "better-sqlite3" ? 60 : 20;
  const numRuns = Number(process.env["FUZZ_RUNS"] ?? usual);

  it(
    "hold after every one of random steps",
    async () => {
      const property = fc.asyncProperty(rows, steps, async (given, taken) => {
        await world.empty();
        const run = new RandomRun(world, given);
        await run.start();
        for (const step of taken) await run.take(step);
      });
      await fc.assert(property, {
        numRuns,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      });
    },
    60_000 + numRuns * 1000,
  );
});
