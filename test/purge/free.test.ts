import { QueryFailedError } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { newDeletionId } from "../../src/rows/deletion-id";
import { describeEachDatabase, statementsOf } from "../harness";
import { World } from "../laws/world";
import { BLOG, Comment, Post, User } from "./entities";
import { left, NOW, numbered, OLD } from "./world";

const options = { subscribers: [SoftDeleteSubscriber.with({ clock: () => NOW })] };
const ROWS = 57;
const ONE = newDeletionId(OLD);

interface Stamp {
  readonly deletedAt: Date;
  readonly deletionId: string | null;
}

const later = (id: number): Date => new Date(OLD.getTime() + ((id * 7) % 20));

const STAMPS: Readonly<Record<string, (id: number) => Stamp>> = {
  "by one deletion": () => ({ deletedAt: OLD, deletionId: ONE }),
  "by a deletion each, at one moment": () => ({ deletedAt: OLD, deletionId: newDeletionId(OLD) }),
  "by a deletion each": (id) => ({ deletedAt: later(id), deletionId: newDeletionId(OLD) }),
  "by no deletion, at one moment": () => ({ deletedAt: OLD, deletionId: null }),
  "by no deletion": (id) => ({ deletedAt: later(id), deletionId: null }),
  "some by a deletion": (id) => ({ deletedAt: later(id), deletionId: id % 3 > 0 ? ONE : null }),
};

describeEachDatabase("purge of rows that nothing refers to", (database) => {
  // One process for both: a connection that waits for SQLite's lock keeps the other one from giving it back.
  const SHARED = database.name === "better-sqlite3" ? { file: true, timeout: 5 } : {};

  async function open(stamp: (id: number) => Stamp, rows = ROWS): Promise<World> {
    const world = new World(database.name);
    world.dataSource = await database.open(BLOG, { ...options, ...SHARED });
    await world.insert(User, [{ id: 1 }]);
    await world.insert(Post, [{ id: 1, userId: 1 }]);
    await world.insert(
      Comment,
      numbered(rows, (id) => ({ postId: 1, ...stamp(id) })),
    );
    return world;
  }

  describe.each(Object.entries(STAMPS))("deleted %s", (_, stamp) => {
    it("takes a batch in one statement, and no row that is not due", async () => {
      const world = await open(stamp);
      await world.insert(Comment, [
        { id: 100, postId: 1 },
        { id: 101, postId: 1, deletedAt: NOW, deletionId: ONE },
      ]);
      const totals: number[] = [];
      const statements = await statementsOf(world.dataSource, async () => {
        const result = await world.softDeletes.purge(Comment, {
          olderThan: "30d",
          batchSize: 10,
          onProgress: ({ total }) => void totals.push(total),
        });
        expect(result).toMatchObject({ counts: { Comment: ROWS }, blocked: [], failures: [] });
      });
      expect(await left(world, Comment)).toEqual([100, 101]);
      expect(totals).toEqual([10, 20, 30, 40, 50, 57]);
      const removing = statements.filter((text) => /\bDELETE\b/.test(text));
      expect(removing).toHaveLength(6);
      // No keys in it, whatever the size of a batch.
      for (const text of removing) expect(text.length).toBeLessThan(900);
    });
  });

  if (database.name !== "better-sqlite3") {
    it.each(Object.entries(STAMPS))(
      "passes a row that somebody else has locked, and waits for it in the end: deleted %s",
      async (_, stamp) => {
        const world = await open(stamp);
        const other = await database.connect(BLOG, options);
        const locking = other.createQueryRunner();
        await locking.startTransaction();
        await locking.query(
          `SELECT ${world.escape("id")} FROM ${world.escape("comment")} WHERE ${world.escape("id")} = 25 FOR UPDATE`,
        );
        let unlocked: Promise<void> | undefined;
        const result = await world.softDeletes.purge(Comment, {
          olderThan: "30d",
          batchSize: 10,
          onProgress: async ({ total }) => {
            if (total !== ROWS - 1) return;
            expect(await left(world, Comment)).toEqual([25]);
            unlocked = new Promise((resolve) => setTimeout(resolve, 100)).then(async () => {
              await locking.commitTransaction();
              await locking.release();
            });
          },
        });
        await unlocked;
        expect(unlocked).toBeDefined();
        expect(result).toMatchObject({ counts: { Comment: ROWS }, failures: [] });
        expect(await left(world, Comment)).toEqual([]);
      },
    );
  }

  it.each(Object.entries(STAMPS))(
    "by two processes at once counts each once: deleted %s",
    async (_, stamp) => {
      const world = await open(stamp, 1500);
      const other = await database.connect(BLOG, { ...options, ...SHARED });
      const results = await Promise.all(
        [world.dataSource, other].map((dataSource) =>
          new SoftDeleteManager(dataSource).purge(Comment, { olderThan: "30d", batchSize: 50 }),
        ),
      );
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      expect(results.reduce((sum, { total }) => sum + total, 0)).toBe(1500);
      expect(await left(world, Comment)).toEqual([]);
    },
  );

  it.each(Object.entries(STAMPS))(
    "keeps those that the database refuses to remove: deleted %s",
    async (_, stamp) => {
      const world = await open(stamp);
      const [id, comment] = [world.escape("id"), world.escape("comment")];
      // A table that TypeORM does not know.
      await world.dataSource.query(
        `CREATE TABLE ledger (comment_id int NOT NULL, FOREIGN KEY (comment_id) REFERENCES ${comment} (${id}))`,
      );
      try {
        await world.dataSource.query("INSERT INTO ledger VALUES (13), (41)");
        const result = await world.softDeletes.purge(Comment, { olderThan: "30d", batchSize: 10 });
        expect(result.counts).toEqual({ Comment: ROWS - 2 });
        expect(result.failures).toEqual([
          { entity: "Comment", count: 1, error: expect.any(QueryFailedError) as unknown },
          { entity: "Comment", count: 1, error: expect.any(QueryFailedError) as unknown },
        ]);
        expect(await left(world, Comment)).toEqual([13, 41]);
      } finally {
        await world.dataSource.query("DROP TABLE ledger");
      }
    },
  );

  it("in the caller's transaction comes back with it", async () => {
    const world = await open(STAMPS["by a deletion each"]!);
    await world.dataSource
      .transaction(async (manager) => {
        const purged = await new SoftDeleteManager(manager).purge(Comment, {
          olderThan: "30d",
          batchSize: 10,
        });
        expect(purged.total).toBe(ROWS);
        throw new Error("undone");
      })
      .catch((error: unknown) => {
        expect(error).toMatchObject({ message: "undone" });
      });
    expect(await left(world, Comment)).toHaveLength(ROWS);
  });
});
