import { DATABASES, openDatabase } from "../database";
import { BIG_ENTITIES } from "./entities";
import { fill } from "./fill";
import { explainAll } from "./plans";
import { scenarios } from "./scenarios";

// Of the largest table.
const SHARE = 0.01;

export interface ExplainOptions {
  readonly only: readonly string[] | undefined;
  readonly rows: number;
  /** Prints every plan, not only those with a scan. */
  readonly verbose: boolean;
}

/** Explains every statement of the package on large tables and names those that scan one. */
export async function explain({ only, rows, verbose }: ExplainOptions): Promise<void> {
  for (const name of DATABASES.filter((each) => only?.includes(each) ?? true)) {
    const database = await openDatabase(name, BIG_ENTITIES);
    if (!database) continue;
    try {
      console.log(`# ${database.server}, ${rows.toLocaleString("en")} rows`);
      const filled = await fill(database.dataSource, rows);
      const recording = explainAll(database.dataSource, rows * SHARE);
      for (const { name: scenario, run } of scenarios(database.dataSource, filled)) {
        recording.scenario = scenario;
        await run();
      }
      const { explained } = recording;
      const shown = verbose ? explained : explained.filter(({ scans }) => scans.length > 0);
      for (const { scenario, statement, milliseconds, plan, scans } of shown) {
        const mark = scans.length > 0 ? "SCAN " : "";
        console.log(
          `\n${mark}${scenario} (${milliseconds.toFixed(1)} ms)\n  ${statement}\n  ${plan}`,
        );
      }
      const scanning = explained.filter(({ scans }) => scans.length > 0).length;
      const slowest = Math.max(...explained.map(({ milliseconds }) => milliseconds));
      console.log(
        `\n${explained.length} statements, ${scanning} with a scan, the slowest ${slowest.toFixed(1)} ms\n`,
      );
      if (scanning > 0) process.exitCode = 1;
    } finally {
      await database.close();
    }
  }
}
