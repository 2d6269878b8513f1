import { deepStrictEqual } from "node:assert";

import type { Scene } from "./demo";
import { count } from "./output";

/** Deletes the country once more, and removes for good what has been deleted for 30 days. */
export async function purgeCountry({ tables, output, clock, name, country }: Scene): Promise<void> {
  const { countries, manager } = tables;

  output.step(`Delete ${name} again, and let 31 days pass`, `countries.softDelete("${country}")`);
  const deleted = await output.timed(() => countries.softDelete(country));
  output.result("deleted", deleted.counts);
  clock.pass(31);

  output.step(
    "Purge what has been deleted for 30 days",
    'manager.purge({ olderThan: "30d", dryRun: true })',
  );
  const dry = await output.timed(() => manager.purge({ olderThan: "30d", dryRun: true }));
  output.result("would purge", dry.counts);

  output.code('manager.purge({ olderThan: "30d", onProgress })');
  let batches = 0;
  const purged = await output.progress("Purging", dry.total, (done) =>
    manager.purge({
      olderThan: "30d",
      onProgress({ total }) {
        batches += 1;
        done(total);
      },
    }),
  );
  output.result("purged", purged.counts);
  deepStrictEqual(purged.counts, dry.counts);
  output.say(
    `Exactly what the dry run counted; onProgress was told after each of ${count(batches)} batches.`,
  );
  output.counts(await tables.counts());
}
