import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Benchmark } from "./benchmark";
import { cascade } from "./cascade";
import { DATABASES, openDatabase } from "./database";
import { ENTITIES } from "./entities";
import { environment } from "./environment";
import { explain } from "./explain";
import { preview } from "./preview";
import { removal } from "./removal";
import { report, type DatabaseResult } from "./report";
import { singleRow } from "./single-row";
import { trash } from "./trash";

const BENCHMARKS: readonly Benchmark[] = [cascade, singleRow, preview, removal, trash];
const RESULTS = join(__dirname, "results.md");

const USAGE = `npm run bench -- [options]

  --only <database>     ${DATABASES.join(", ")}; may be repeated
  --benchmark <name>    ${BENCHMARKS.map(({ name }) => JSON.stringify(name)).join(" or ")}; may be repeated
  --sizes <sizes>       small, large or small,large (the default)
  --runs <number>       how often each way is measured (7)
  --explain             explains every statement on large tables instead, and names those that scan one
  --rows <number>       how large, with --explain (1000000)
  --verbose             with --explain, every plan

Without --only, --benchmark and --sizes it writes bench/results.md.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      benchmark: { type: "string", multiple: true },
      sizes: { type: "string" },
      runs: { type: "string", default: "7" },
      explain: { type: "boolean" },
      rows: { type: "string", default: "1000000" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  if (values.explain) {
    await explain({ only: values.only, rows: Number(values.rows), verbose: values.verbose });
    return;
  }
  const options = { sizes: (values.sizes ?? "small,large").split(","), runs: Number(values.runs) };
  const results: DatabaseResult[] = [];
  for (const name of DATABASES.filter((each) => values.only?.includes(each) ?? true)) {
    const measurements = [];
    let server = "";
    for (const benchmark of BENCHMARKS) {
      if (values.benchmark && !values.benchmark.includes(benchmark.name)) continue;
      const database = await openDatabase(name, ENTITIES);
      if (!database) break;
      console.warn(`${name}: ${benchmark.name} ...`);
      server = database.server;
      try {
        measurements.push(...(await benchmark.run(database, options)));
      } finally {
        await database.close();
      }
    }
    if (measurements.length > 0) results.push({ server, measurements });
  }
  const machine = await environment(results.map(({ server }) => server));
  const text = `# Benchmark

Medians of ${options.runs} runs, of short calls of more, the ways taking turns in one process. \`npm run bench\` writes this page.

${machine.map((line) => `- ${line}`).join("\n")}

${report(results)}
`;
  console.log(text);
  if (!values.only && !values.benchmark && !values.sizes) await writeFile(RESULTS, text);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
