import { spawnSync } from "node:child_process";
import { join } from "node:path";

import type { DataSource } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { BLOG, Comment, Post, User } from "../laws/entities";
import { World } from "../laws/world";
import { brokenRows } from "./half-done";

const PROGRAM = join(__dirname, "die-halfway.ts");
const REGISTER = require.resolve("../harness/register-typescript.cjs");

describeEachDatabase("settle() after a process was killed", (database) => {
  let world: World;

  beforeEach(async () => {
    world = new World(database.name);
    const subscribers = [SoftDeleteSubscriber];
    world.dataSource = await database.open(BLOG, { file: true, subscribers });
    await world.insert(User, [{ id: 1 }]);
    await world.insert(Post, [{ id: 1, authorId: 1 }]);
    await world.insert(Comment, [{ id: 1, postId: 1 }]);
  });

  /** Another process makes the call on the same rows, and dies in it. */
  function die(call: "softRemove" | "recover", { options }: DataSource): void {
    const given = JSON.stringify({
      ...options,
      entities: undefined,
      subscribers: undefined,
      synchronize: false,
    });
    const args = ["-r", REGISTER, PROGRAM, call, given];
    const { signal, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect([signal, stderr]).toEqual(["SIGKILL", ""]);
  }

  const active = async (): Promise<unknown> => [
    await world.active(User),
    await world.active(Post),
    await world.active(Comment),
  ];

  it("finishes a restore that it has begun", async () => {
    await world.softDeletes.softDelete(User, 1);
    die("recover", world.dataSource);
    expect(await active()).toEqual([[1], [], []]);
    await new SoftDeleteManager(world.dataSource).settle();
    expect(await active()).toEqual([[1], [1], [1]]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("finishes a soft delete that it has begun, with cascade", async () => {
    die("softRemove", world.dataSource);
    expect(await active()).toEqual([[], [1], [1]]);
    await new SoftDeleteManager(world.dataSource).settle({ cascade: true });
    expect(await active()).toEqual([[], [], []]);
    const { deletionId } = await world.row(User, 1);
    expect(await world.taken(Comment, deletionId)).toEqual([1]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });
});
