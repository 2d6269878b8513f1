import { getSoftDeleteRepository, SoftDeleteOptionError, SoftDeleteCriteriaError } from "../../src";
import { statementsOf } from "../harness";
import { describeLawOnce } from "../laws/world";
import { BLOG, Comment, Order, OrderLine, ORDERS, Post, User } from "./entities";
import { daysAgo, left, NOW, numbered, OLD, RECENT } from "./world";

describeLawOnce("purge", BLOG, (world) => {
  beforeEach(() => {
    world.time = NOW;
  });

  describe("olderThan", () => {
    it("removes rows that were deleted before the moment, and not at it", async () => {
      const at = daysAgo(30);
      await world.insert(User, [
        { id: 1, deletedAt: new Date(at.getTime() - 1) },
        { id: 2, deletedAt: at },
        { id: 3, deletedAt: new Date(at.getTime() + 1) },
        { id: 4 },
      ]);
      const result = await world.softDeletes.purge({ olderThan: at });
      expect(result).toMatchObject({ counts: { User: 1 }, total: 1, blocked: [], failures: [] });
      expect(await left(world, User)).toEqual([2, 3, 4]);
    });

    it.each(["30d", "720h", "43200m", "2592000 s", "30 days", "4.285714285714286w"])(
      "takes the duration %s by the subscriber's clock",
      async (olderThan) => {
        const at = daysAgo(30).getTime();
        await world.insert(User, [
          { id: 1, deletedAt: new Date(at - 1) },
          { id: 2, deletedAt: new Date(at) },
        ]);
        await world.softDeletes.purge({ olderThan });
        expect(await left(world, User)).toEqual([2]);
      },
    );

    it("keeps a row that plain TypeORM deleted in the very second of the moment", async () => {
      const at = daysAgo(30);
      const text = at.toISOString().slice(0, 19).replace("T", " ");
      await world.insert(User, [{ id: 1 }]);
      const table = world.escape("user");
      const zone = world.database === "postgres" ? "+00" : "";
      await world.dataSource.query(
        `UPDATE ${table} SET ${world.escape("deletedAt")} = '${text}${zone}'`,
      );
      await world.softDeletes.purge({ olderThan: at });
      expect(await left(world, User)).toEqual([1]);
      await world.softDeletes.purge({ olderThan: new Date(at.getTime() + 1000 * 60 * 60 * 24) });
      expect(await left(world, User)).toEqual([]);
    });

    it.each(["", "30", "d", "-1d", "30 fortnights", 30, null, new Date(Number.NaN)])(
      "refuses %p",
      async (olderThan) => {
        await world.insert(User, [{ id: 1, deletedAt: OLD }]);
        const call = world.softDeletes.purge({ olderThan: olderThan as string });
        await expect(call).rejects.toThrow(SoftDeleteOptionError);
        await expect(call).rejects.toThrow(/olderThan is .*such as "30d"/);
        expect(await left(world, User)).toEqual([1]);
      },
    );
  });

  describe("batches", () => {
    it("go children first until nothing is left, with progress after each", async () => {
      const stamp = { deletedAt: OLD };
      await world.insert(
        User,
        numbered(25, () => stamp),
      );
      await world.insert(
        Post,
        numbered(25, (id) => ({ userId: id, ...stamp })),
      );
      await world.insert(
        Comment,
        numbered(25, (id) => ({ postId: id, ...stamp })),
      );
      const totals: number[] = [];
      const result = await world.softDeletes.purge({
        olderThan: "30d",
        batchSize: 10,
        onProgress: ({ total, counts }) => {
          totals.push(total);
          if (total > 25) expect(counts).toMatchObject({ Comment: 25 });
        },
      });
      expect(totals).toEqual([10, 20, 25, 35, 45, 50, 60, 70, 75]);
      expect(result.counts).toEqual({ Comment: 25, Post: 25, User: 25 });
      expect(await world.everything()).toMatchObject({ User: [], Post: [], Comment: [] });
    });

    it("cost the same number of statements for any number of rows", async () => {
      const purge = async (count: number): Promise<string[]> => {
        await world.insert(
          User,
          numbered(count, () => ({ deletedAt: OLD })),
        );
        return statementsOf(world.dataSource, () =>
          world.softDeletes.purge(User, { olderThan: "30d" }),
        );
      };
      const few = await purge(2);
      expect((await purge(900)).length).toBe(few.length);
      expect(few.filter((text) => /\bDELETE .*\buser\b/.test(text))).toHaveLength(1);
    });

    it("pass rows that are blocked, whatever their number, among rows of one moment", async () => {
      await world.insert(
        User,
        numbered(60, () => ({ deletedAt: OLD })),
      );
      await world.insert(
        Post,
        numbered(30, (id) => ({ userId: id * 2 })),
      );
      const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 7 });
      expect(result).toMatchObject({
        counts: { User: 30 },
        blocked: [{ relation: "Post.user", count: 30 }],
        failures: [],
      });
      expect(await left(world, User)).toEqual(numbered(30, () => ({})).map(({ id }) => id * 2));
    });

    it("pass blocked rows of different moments", async () => {
      await world.insert(
        User,
        numbered(60, (id) => ({ deletedAt: new Date(OLD.getTime() - (id % 9)) })),
      );
      await world.insert(
        Post,
        numbered(20, (id) => ({ userId: id * 3 })),
      );
      const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 4 });
      expect(result).toMatchObject({ counts: { User: 40 }, failures: [] });
      expect(await left(world, User)).toEqual(numbered(20, () => ({})).map(({ id }) => id * 3));
    });

    it("refuse a size that is none", async () => {
      const call = world.softDeletes.purge({ olderThan: "30d", batchSize: 0 });
      await expect(call).rejects.toThrow(/batchSize is 0/);
    });
  });

  describe("abort", () => {
    it("ends after the running batch with the signal's reason, and a second run completes", async () => {
      await world.insert(
        User,
        numbered(30, () => ({ deletedAt: OLD })),
      );
      const abort = new AbortController();
      const reason = new Error("shutting down");
      const call = world.softDeletes.purge({
        olderThan: "30d",
        batchSize: 10,
        signal: abort.signal,
        onProgress: () => {
          abort.abort(reason);
        },
      });
      await expect(call).rejects.toBe(reason);
      expect(await left(world, User)).toHaveLength(20);
      expect((await world.softDeletes.purge({ olderThan: "30d" })).total).toBe(20);
    });

    it("beforehand removes nothing", async () => {
      await world.insert(User, [{ id: 1, deletedAt: OLD }]);
      const call = world.softDeletes.purge({ olderThan: "30d", signal: AbortSignal.abort() });
      await expect(call).rejects.toThrow(/abort/i);
      expect(await left(world, User)).toEqual([1]);
    });
  });

  describe("of one entity", () => {
    beforeEach(async () => {
      const stamp = { deletedAt: OLD };
      await world.insert(User, [
        { id: 1, tenant: 1, ...stamp },
        { id: 2, tenant: 2, ...stamp },
        { id: 3, tenant: 1 },
      ]);
      await world.insert(
        Post,
        numbered(3, (id) => ({ userId: id, ...stamp })),
      );
      await world.insert(
        Comment,
        numbered(3, (id) => ({ postId: id, ...stamp })),
      );
    });

    it("takes the rows to which it cascades, and keeps what is above", async () => {
      const posts = getSoftDeleteRepository(world.dataSource, Post);
      const result = await posts.purge({ olderThan: "30d" });
      expect(result.counts).toEqual({ Comment: 3, Post: 3 });
      expect(await left(world, User)).toEqual([1, 2, 3]);
    });

    it("takes, with where, only the matching rows and rows below them", async () => {
      const users = getSoftDeleteRepository(world.dataSource, User);
      const options = { olderThan: "30d", where: { tenant: 1 } };
      const expected = { Comment: 2, Post: 2, User: 1 };
      expect((await users.purge({ ...options, dryRun: true })).counts).toEqual(expected);
      expect((await users.purge(options)).counts).toEqual(expected);
      expect(await left(world, User)).toEqual([2, 3]);
      expect(await left(world, Post)).toEqual([2]);
      expect(await left(world, Comment)).toEqual([2]);
    });

    it("refuses an empty where", async () => {
      const call = world.softDeletes.purge(User, { olderThan: "30d", where: {} });
      await expect(call).rejects.toThrow(SoftDeleteCriteriaError);
    });
  });

  it("works in the caller's transaction, and rolls back with it", async () => {
    await world.insert(
      User,
      numbered(5, () => ({ deletedAt: OLD })),
    );
    const call = world.dataSource.transaction(async (manager) => {
      const users = getSoftDeleteRepository(manager, User);
      expect((await users.purge({ olderThan: "30d", batchSize: 2 })).total).toBe(5);
      throw new Error("no");
    });
    await expect(call).rejects.toThrow("no");
    expect(await left(world, User)).toHaveLength(5);
  });

  it("leaves rows that were deleted lately, and what they hang by", async () => {
    await world.insert(User, [{ id: 1, deletedAt: OLD }]);
    await world.insert(Post, [{ id: 1, userId: 1, deletedAt: RECENT }]);
    expect(await world.softDeletes.purge({ olderThan: "30d" })).toMatchObject({
      total: 0,
      blocked: [{ relation: "Post.user", count: 1 }],
    });
  });
});

describeLawOnce("purge of composite keys", ORDERS, (world) => {
  it("removes lines before orders, and keeps the order of an active line", async () => {
    world.time = NOW;
    const stamp = { deletedAt: OLD };
    const shops = ["a", "b"];
    await world.insert(
      Order,
      shops.flatMap((shop) => [1, 2, 3].map((no) => ({ shop, no, ...stamp }))),
    );
    await world.insert(
      OrderLine,
      shops.flatMap((shop) =>
        [1, 2, 3].map((orderNo) => ({
          shop,
          orderNo,
          line: 1,
          ...(shop === "b" && orderNo === 2 ? {} : stamp),
        })),
      ),
    );
    const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 2 });
    expect(result).toMatchObject({
      counts: { Order: 5, OrderLine: 5 },
      blocked: [{ relation: "OrderLine.order", count: 1 }],
      failures: [],
    });
    expect(await world.rows(Order)).toMatchObject([{ shop: "b", no: 2 }]);
  });
});
