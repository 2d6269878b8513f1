import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { World } from "../laws/world";
import { BLOG, User } from "./entities";
import { left, NOW } from "./world";

const run = promisify(execFile);
const HOUR = 3_600_000;

describeEachDatabase("purge of what other processes have deleted", (database) => {
  it("goes by the moment, whatever their time zones", async () => {
    const world = new World(database.name);
    world.dataSource = await database.open(BLOG, {
      file: true,
      subscribers: [SoftDeleteSubscriber.with({ clock: () => NOW })],
      // What TypeORM does by default on MySQL and MariaDB.
      ...(database.name === "mysql" ? { timezone: "local" } : {}),
    });
    await world.insert(
      User,
      [1, 2, 3, 4].map((id) => ({ id })),
    );
    const deleteUnder = async (zone: string, ids: readonly number[]): Promise<void> => {
      const { options } = world.dataSource;
      const deletions = ids.map((id, index) => {
        const hours = index === 0 ? 3 : 5;
        return { id, time: new Date(NOW.getTime() - hours * HOUR).toISOString() };
      });
      const task = { options: { ...options, subscribers: [], entities: [] }, deletions };
      await run(
        process.execPath,
        [
          "-r",
          require.resolve("../harness/register-typescript.cjs"),
          join(__dirname, "delete-elsewhere.ts"),
          JSON.stringify(task),
        ],
        { env: { ...process.env, TZ: zone } },
      );
    };
    await deleteUnder("America/New_York", [1, 2]);
    await deleteUnder("Pacific/Kiritimati", [3, 4]);
    const manager = new SoftDeleteManager(world.dataSource);

    const counted = await manager.purge({ olderThan: "4h", dryRun: true });
    const purged = await manager.purge({ olderThan: "4h", batchSize: 1 });

    expect(counted.counts).toEqual({ User: 2 });
    expect(purged).toMatchObject({ counts: { User: 2 }, blocked: [], failures: [] });
    expect(await left(world, User)).toEqual([1, 3]);
  });
});
