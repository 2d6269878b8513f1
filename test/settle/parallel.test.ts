import "reflect-metadata";
import { setTimeout } from "node:timers/promises";

import type { DataSource } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { BLOG, Post, User } from "../laws/entities";
import { World } from "../laws/world";
import { brokenRows } from "./half-done";

const ROWS = 1200;

describeEachDatabase("settle() in parallel", (database) => {
  let dataSources: DataSource[];

  beforeEach(async () => {
    // SQLite waits for a lock without letting the other data sources of this process run.
    const options = database.name === "better-sqlite3" ? { file: true, timeout: 5 } : {};
    const first = await database.open(BLOG, options);
    dataSources = [first, await database.connect(BLOG, options)];
    dataSources.push(await database.connect(BLOG, options));
    const deletedAt = new Date("2020-02-02T10:00:00.000Z");
    const rows = Array.from({ length: ROWS }, (_, index) => ({ id: index + 1 }));
    const world = new World(database.name);
    world.dataSource = first;
    await world.insert(
      User,
      rows.map((row) => ({ ...row, deletedAt })),
    );
    await world.insert(
      Post,
      rows.map(({ id }) => ({ id, authorId: id })),
    );
  });

  it.each([false, true])(
    "settles each row once in several processes, cascade: %p",
    async (cascade) => {
      const results = await Promise.all(
        dataSources.map((dataSource) =>
          new SoftDeleteManager(dataSource).settle({ batchSize: 100, cascade }),
        ),
      );
      const sum = (entity: string): number =>
        results.reduce((total, { counts }) => total + (counts[entity] ?? 0), 0);
      expect(sum("User")).toBe(ROWS);
      expect(sum("Post")).toBe(cascade ? ROWS : 0);
      const [dataSource] = dataSources;
      if (!dataSource) throw new Error("No data source.");
      const users = await dataSource.getRepository(User).find({ withDeleted: true });
      expect(new Set(users.map((user) => user.deletionId)).size).toBe(ROWS);
      const posts = await dataSource.getRepository(Post).find({ withDeleted: true });
      const idOf = new Map(users.map((user) => [user.id, user.deletionId]));
      for (const post of posts) {
        expect(post.deletionId).toBe(cascade ? idOf.get(post.authorId) : null);
      }
    },
  );
});

describeEachDatabase("settle() beside other operations", (database) => {
  // SQLite waits for a lock without letting the other data sources of this process run.
  const options = {
    subscribers: [SoftDeleteSubscriber],
    ...(database.name === "better-sqlite3" ? { file: true, timeout: 5 } : {}),
  };
  const world = new World(database.name);
  let other: DataSource;

  beforeEach(async () => {
    world.dataSource = await database.open(BLOG, options);
    other = await database.connect(BLOG, options);
  });

  it("does not delete what a restore leaves active", async () => {
    for (let id = 1; id <= 25; id++) {
      await world.insert(User, [{ id }]);
      await world.insert(Post, [{ id, authorId: id }]);
      await world.softDeletes.softDelete(User, id);
      await world.insert(Post, [{ id: id + 100, authorId: id }]);
      await Promise.all([
        new SoftDeleteManager(other).settle({ cascade: true }),
        world.softDeletes.restore(User, id),
      ]);
      // In whatever order they came: what settle() had taken came back with the rest.
      expect(await world.active(User)).toContain(id);
      expect(await world.active(Post)).toEqual(expect.arrayContaining([id, id + 100]));
    }
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("leaves a call of TypeORM's own alone that is at work in a transaction", async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(Post, [
      { id: 1, authorId: 1 },
      { id: 2, authorId: 2 },
    ]);
    await world.softDeletes.softDelete(User, 2);
    const settling = await other.transaction(async (manager) => {
      await manager.softDelete(User, 1);
      await manager.restore(User, 2);
      const settled = world.softDeletes.settle({ cascade: true });
      await setTimeout(50);
      return [settled];
    });
    const [settled] = await Promise.all(settling);
    expect(settled).toMatchObject({ total: 0 });
    expect(await world.active(Post)).toEqual([2]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });
});
