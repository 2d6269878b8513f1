import "reflect-metadata";
import type { DataSource } from "typeorm";

import { SoftDeleteManager } from "../../src";
import { describeEachDatabase } from "../harness";
import { BLOG, Post, User } from "../laws/entities";
import { World } from "../laws/world";

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
