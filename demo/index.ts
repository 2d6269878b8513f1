import "reflect-metadata";
import { parseArgs } from "node:util";

import { world } from "./cities";
import { Clock } from "./clock";
import { openDatabase } from "./database";
import { demo } from "./demo";
import { Output } from "./output";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { postgres: { type: "boolean", default: false } } });
  const output = new Output((line) => {
    console.log(line);
  });
  const clock = new Clock();
  const database = await openDatabase(values.postgres ? "postgres" : "sqlite", clock);
  try {
    console.log(`The cities of the world, in ${database.description}\n`);
    const { dataSource } = database;
    await demo({
      dataSource,
      world: world(),
      output,
      clock,
      country: "US",
      region: "US-CA",
      officeIn: "US-NY",
    });
  } finally {
    await database.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
