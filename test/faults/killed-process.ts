import "reflect-metadata";

import { run } from "./calls";
import { openSqlite } from "./create-database";
import type { KillOrder } from "./exits";
import { OPERATIONS, Pick, type Context } from "./operations";
import { Random } from "./random";
import { World } from "./world";

/** Runs an operation, and kills its own process at a statement. */
async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2]!) as KillOrder;
  const operation = OPERATIONS.find(({ by, name }) => by === order.by && name === order.name);
  const world = await World.attach(openSqlite(order.database, order.file));
  const call = operation?.on(new Pick(world.rows, new Random(order.seed)));
  if (!call) throw new Error(`There is no ${order.name}.`);
  world.injector.atExit = () => process.kill(process.pid, "SIGKILL");
  world.injector.arm({ kind: "sigkill", at: order.at });
  await run(world, order.context as Context, call);
}

void main();
