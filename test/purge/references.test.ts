import { describeLawOnce } from "../laws/world";
import {
  ACTIONS,
  BLOG,
  Cascading,
  Invoice,
  Loose,
  Nulling,
  Post,
  Refusing,
  Tag,
  Target,
  User,
} from "./entities";
import { left, NOW, numbered, OLD, RECENT } from "./world";

const EXPIRED = { deletedAt: OLD };

describeLawOnce("purge of a row that others refer to", ACTIONS, (world) => {
  beforeEach(async () => {
    world.time = NOW;
    await world.insert(
      Target,
      numbered(5, () => EXPIRED),
    );
  });

  describe.each([
    ["ON DELETE CASCADE", Cascading],
    ["ON DELETE SET NULL", Nulling],
    ["ON DELETE RESTRICT", Refusing],
    ["no constraint", Loose],
  ])("by a foreign key with %s", (_, Child) => {
    it.each([
      ["active", undefined],
      ["deleted lately", RECENT],
    ])("keeps it, and the row, while that one is %s", async (_state, deletedAt) => {
      await world.insert(Child, [
        { id: 1, targetId: 2, deletedAt },
        { id: 2, targetId: 4, deletedAt },
      ]);
      const before = await world.rows(Child);
      const preview = await world.softDeletes.purge({ olderThan: "30d", dryRun: true });
      const result = await world.softDeletes.purge({ olderThan: "30d" });
      expect(result).toMatchObject({
        counts: { Target: 3 },
        blocked: [{ relation: `${Child.name}.target`, count: 2 }],
        failures: [],
      });
      expect(preview).toEqual(result);
      expect(await world.rows(Child)).toEqual(before);
      expect(await left(world, Target)).toEqual([2, 4]);
    });

    it("removes both when both have expired", async () => {
      await world.insert(Child, [{ id: 1, targetId: 2, ...EXPIRED }]);
      const result = await world.softDeletes.purge({ olderThan: "30d" });
      expect(result).toMatchObject({ counts: { Target: 5, [Child.name]: 1 }, blocked: [] });
    });

    it("keeps it, though expired, when the referring entity is not purged", async () => {
      await world.insert(Child, [{ id: 1, targetId: 2, ...EXPIRED }]);
      const result = await world.softDeletes.purge(Target, { olderThan: "30d" });
      expect(result).toMatchObject({ counts: { Target: 4 }, blocked: [{ count: 1 }] });
      expect(await left(world, Child)).toEqual([1]);
    });
  });

  it("keeps it when the referring entity cannot be soft-deleted", async () => {
    await world.insert(Invoice, [{ id: 1, targetId: 3 }]);
    const result = await world.softDeletes.purge({ olderThan: "30d" });
    expect(result).toMatchObject({
      counts: { Target: 4 },
      blocked: [{ relation: "Invoice.target", count: 1 }],
      failures: [],
    });
    expect(await left(world, Invoice)).toEqual([1]);
  });

  it("counts a row for each relation that keeps it", async () => {
    await world.insert(Invoice, [{ id: 1, targetId: 3 }]);
    await world.insert(Cascading, [
      { id: 1, targetId: 3 },
      { id: 2, targetId: 3 },
    ]);
    const { blocked } = await world.softDeletes.purge({ olderThan: "30d" });
    expect(blocked).toHaveLength(2);
    expect(blocked).toEqual(
      expect.arrayContaining([
        { relation: "Cascading.target", count: 1 },
        { relation: "Invoice.target", count: 1 },
      ]),
    );
  });
});

describeLawOnce("purge with junction rows", BLOG, (world) => {
  const links = async (): Promise<unknown[]> => (await world.everything())["post_tags_tag"] ?? [];

  beforeEach(async () => {
    world.time = NOW;
    await world.insert(User, [{ id: 1 }]);
    await world.insert(Tag, [{ id: 1 }, { id: 2, ...EXPIRED }]);
    await world.insert(Post, [
      { id: 1, userId: 1, ...EXPIRED },
      { id: 2, userId: 1 },
    ]);
    for (const postId of [1, 2]) {
      for (const tagId of [1, 2]) {
        await world.insert("post_tags_tag", [{ postId, tagId }]);
      }
    }
  });

  it("removes those of the row, from either side, and no others", async () => {
    const result = await world.softDeletes.purge({ olderThan: "30d" });
    expect(result).toMatchObject({ counts: { Post: 1, Tag: 1 }, blocked: [], failures: [] });
    expect(await links()).toEqual([{ postId: 2, tagId: 1 }]);
  });

  it("keeps those of a row that is blocked", async () => {
    await world.dataSource.query(
      `INSERT INTO ${world.escape("comment")} (${world.escape("id")}, ${world.escape("postId")}) VALUES (1, 1)`,
    );
    const result = await world.softDeletes.purge(Post, { olderThan: "30d" });
    expect(result).toMatchObject({ total: 0, blocked: [{ relation: "Comment.post", count: 1 }] });
    expect(await links()).toHaveLength(4);
  });

  it("keeps those of a row that the database keeps", async () => {
    // Only SQLite has triggers that leave a row out without an error.
    if (world.database !== "better-sqlite3") return;
    await world.insert(Post, [{ id: 3, userId: 1, ...EXPIRED }]);
    await world.insert("post_tags_tag", [{ postId: 3, tagId: 1 }]);
    await world.dataSource.query(
      "CREATE TRIGGER hold BEFORE DELETE ON post WHEN old.id = 1 BEGIN SELECT RAISE(IGNORE); END",
    );
    const result = await world.softDeletes.purge(Post, { olderThan: "30d" });
    expect(result).toMatchObject({ counts: { Post: 1 }, failures: [{ entity: "Post", count: 1 }] });
    expect(await left(world, Post)).toEqual([1, 2]);
    expect(await links()).toHaveLength(4);
  });
});
