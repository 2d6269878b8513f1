import { QueryFailedError, type DataSource } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber, type PurgeResult } from "../../src";
import { describeEachDatabase } from "../harness";
import { World } from "../laws/world";
import { BLOG, Comment, CYCLIC, Node, Post, User } from "./entities";
import { left, NOW, numbered, OLD } from "./world";

const EXPIRED = { deletedAt: OLD };
const options = { subscribers: [SoftDeleteSubscriber.with({ clock: () => NOW })] };

describeEachDatabase("purge", (database) => {
  async function open(entities: typeof BLOG | typeof CYCLIC): Promise<World> {
    const world = new World(database.name);
    world.dataSource = await database.open(entities, { ...options, file: true });
    return world;
  }

  function total(results: readonly PurgeResult[], name: string): number {
    return results.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
  }

  async function inTwoProcesses(first: DataSource, second: DataSource): Promise<PurgeResult[]> {
    return Promise.all(
      [first, second].map((dataSource) =>
        new SoftDeleteManager(dataSource).purge({ olderThan: "30d", batchSize: 50 }),
      ),
    );
  }

  describe("by two processes at once", () => {
    it("removes each row once", async () => {
      const world = await open(BLOG);
      await world.insert(
        User,
        numbered(1500, () => EXPIRED),
      );
      await world.insert(
        Post,
        numbered(1500, (id) => ({ userId: id, ...EXPIRED })),
      );
      await world.insert(
        Comment,
        numbered(1500, (id) => ({ postId: id, ...EXPIRED })),
      );
      const other = await database.connect(BLOG, options);
      const results = await inTwoProcesses(world.dataSource, other);
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      for (const name of ["User", "Post", "Comment"]) expect(total(results, name)).toBe(1500);
      for (const entity of [User, Post, Comment]) expect(await left(world, entity)).toEqual([]);
    });

    it("removes each row of a tree once", async () => {
      const world = await open(CYCLIC);
      await world.insert(
        Node,
        numbered(1000, (id) => ({ parentId: id < 4 ? null : Math.floor(id / 4), ...EXPIRED })),
      );
      const other = await database.connect(CYCLIC, options);
      const results = await inTwoProcesses(world.dataSource, other);
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      expect(total(results, "Node")).toBe(1000);
      expect(await left(world, Node)).toEqual([]);
    });
  });

  describe("of rows that the database refuses to remove", () => {
    it("tells which, keeps them, and removes the others", async () => {
      const world = await open(BLOG);
      await world.insert(
        User,
        numbered(40, () => EXPIRED),
      );
      await world.insert(
        Post,
        numbered(40, (id) => ({ userId: id, ...EXPIRED })),
      );
      const [id, user] = [world.escape("id"), world.escape("user")];
      // A table that TypeORM does not know.
      await world.dataSource.query(
        `CREATE TABLE ledger (user_id int NOT NULL, FOREIGN KEY (user_id) REFERENCES ${user} (${id}))`,
      );
      try {
        await world.dataSource.query("INSERT INTO ledger VALUES (13), (27)");
        const manager = new SoftDeleteManager(world.dataSource);
        const result = await manager.purge({ olderThan: "30d", batchSize: 15 });
        expect(result.counts).toEqual({ Post: 40, User: 38 });
        expect(result.failures).toEqual([
          { entity: "User", count: 1, error: expect.any(QueryFailedError) as unknown },
          { entity: "User", count: 1, error: expect.any(QueryFailedError) as unknown },
        ]);
        expect(await left(world, User)).toEqual([13, 27]);
      } finally {
        await world.dataSource.query("DROP TABLE ledger");
      }
    });

    it("keeps, in a tree, what they hang by as well", async () => {
      const world = await open(CYCLIC);
      await world.insert(
        Node,
        numbered(40, (id) => ({ parentId: id === 1 ? null : Math.floor(id / 2), ...EXPIRED })),
      );
      const [id, node] = [world.escape("id"), world.escape("node")];
      await world.dataSource.query(
        `CREATE TABLE ledger (node_id int NOT NULL, FOREIGN KEY (node_id) REFERENCES ${node} (${id}))`,
      );
      try {
        await world.dataSource.query("INSERT INTO ledger VALUES (20)");
        const manager = new SoftDeleteManager(world.dataSource);
        const result = await manager.purge({ olderThan: "30d", batchSize: 15 });
        expect(result.counts).toEqual({ Node: 35 });
        expect(result.failures.length).toBeGreaterThan(0);
        expect(await left(world, Node)).toEqual([1, 2, 5, 10, 20]);
      } finally {
        await world.dataSource.query("DROP TABLE ledger");
      }
    });
  });
});
