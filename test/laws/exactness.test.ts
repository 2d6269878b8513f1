import { DeletionNotFoundError } from "../../src";
import { BLOG, Comment, Post, User } from "./entities";
import { describeLaw, type World } from "./world";

const LONG_AGO = new Date("2020-01-01T00:00:00.000Z");

/** Users 1 and 2; posts 1 and 2 by user 1, post 3 by user 2 with user 1 as reviewer; two comments on each. */
async function blog(world: World): Promise<void> {
  await world.insert(
    User,
    [1, 2].map((id) => ({ id, updatedAt: LONG_AGO })),
  );
  await world.insert(Post, [
    { id: 1, authorId: 1, reviewerId: 2 },
    { id: 2, authorId: 1, reviewerId: 1 },
    { id: 3, authorId: 2, reviewerId: null },
  ]);
  await world.insert(
    Comment,
    [1, 2, 3, 4, 5, 6].map((id) => ({ id, postId: Math.ceil(id / 2), updatedAt: LONG_AGO })),
  );
}

describeLaw("Law 1, pairing", BLOG, (world) => {
  beforeEach(() => blog(world));

  it("gives every row of a deletion the same time and id", async () => {
    const { deletionId, deletedAt } = await world.softDeletes.softDelete(User, 1);

    expect(deletedAt).toEqual(world.time);
    const rows = [
      ...(await world.rows(User)),
      ...(await world.rows(Post)),
      ...(await world.rows(Comment)),
    ];
    const deleted = rows.filter((row) => row.isDeleted);
    expect(deleted).toHaveLength(7);
    for (const row of deleted) expect(row).toMatchObject({ deletedAt, deletionId });
    for (const row of rows.filter((other) => !other.isDeleted)) expect(row.deletionId).toBeNull();
  });
});

describeLaw("Law 3, exactness", BLOG, (world) => {
  beforeEach(() => blog(world));

  it.each([
    ["some time before", 5000],
    ["in the same millisecond as", 0],
  ])("leaves a child alone that was deleted %s its parent", async (_, milliseconds) => {
    const { softDeletes } = world;
    const earlier = await softDeletes.softDelete(Comment, 1);
    world.tick(milliseconds);
    const before = await world.content();
    const later = await softDeletes.softDelete(User, 1);
    expect(later.counts).toEqual({ User: 1, Post: 2, Comment: 3 });

    const restored = await softDeletes.restore(User, 1);

    expect(restored).toMatchObject({ affected: 1, total: 6, handedOver: 0, counts: later.counts });
    expect(await world.content()).toEqual(before);
    expect(await world.taken(Comment, earlier.deletionId)).toEqual([1]);
  });

  it("leaves a child alone that was added and deleted after its parent", async () => {
    const { softDeletes } = world;
    const first = await softDeletes.softDelete(Post, 1);
    await world.insert(Comment, [{ id: 7, postId: 1 }]);
    const second = await softDeletes.softDelete(Comment, 7);

    const restored = await softDeletes.restoreDeletion(first.deletionId ?? "");

    expect(restored).toMatchObject({ affected: 1, counts: { Post: 1, Comment: 2 } });
    expect(await world.active(Comment)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await world.taken(Comment, second.deletionId)).toEqual([7]);
  });

  it.each(["restore", "restoreDeletion"] as const)(
    "leaves every table as it was after delete, %s, delete, undo",
    async (method) => {
      const { softDeletes } = world;
      await softDeletes.softDelete(Comment, 5);
      const before = await world.content();

      for (let round = 0; round < 2; round++) {
        world.tick();
        const { deletionId, total } = await softDeletes.softDelete(User, 1);
        expect(total).toBe(7);
        expect(await world.content()).not.toEqual(before);
        const restored =
          method === "restore"
            ? await softDeletes.restore(User, 1)
            : await softDeletes.restoreDeletion(deletionId ?? "");
        expect(restored).toMatchObject({ affected: 1, total: 7, handedOver: 0 });
        expect(await world.content()).toEqual(before);
      }
    },
  );

  it("moves version and update date once for each operation, and of no other row", async () => {
    const { softDeletes } = world;
    const untouched = { posts: await world.row(Post, 3), comments: await world.row(Comment, 5) };
    const versions = async (): Promise<number[]> => [
      (await world.row(User, 1)).version,
      ...(await world.rows(Post)).map((post) => post.version),
      ...(await world.rows(Comment)).map((comment) => comment.version),
    ];

    await softDeletes.softDelete(User, 1);
    expect(await versions()).toEqual([2, 2, 2, 1, 2, 2, 2, 2, 1, 1]);
    await softDeletes.restore(User, 1);
    expect(await versions()).toEqual([3, 3, 3, 1, 3, 3, 3, 3, 1, 1]);

    const moved = [...(await world.rows(User)), ...(await world.rows(Comment))].filter(
      (row) => row.updatedAt > LONG_AGO,
    );
    expect(moved.map((row) => row.id)).toEqual([1, 1, 2, 3, 4]);
    expect(await world.row(Post, 3)).toEqual(untouched.posts);
    expect(await world.row(Comment, 5)).toEqual(untouched.comments);
  });

  it("takes a row once that hangs twice by the same parent", async () => {
    const { softDeletes } = world;

    const { deletionId, counts } = await softDeletes.softDelete(User, 2);

    expect(counts).toEqual({ User: 1, Post: 2, Comment: 4 });
    expect(await world.taken(Post, deletionId)).toEqual([1, 3]);
    expect((await world.row(Post, 1)).version).toBe(2);
  });

  it("restores of a deletion with several roots what hangs below one of them", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const { deletionId, affected } = await softDeletes.softDelete(Post, [1, 2, 3]);
    expect(affected).toBe(3);

    const one = await softDeletes.restore(Post, 2);

    expect(one).toMatchObject({ affected: 1, counts: { Post: 1, Comment: 2 }, handedOver: 0 });
    expect(await world.active(Comment)).toEqual([3, 4]);
    expect(await world.taken(Post, deletionId)).toEqual([1, 3]);
    const rest = await softDeletes.restoreDeletion(deletionId ?? "");
    expect(rest).toMatchObject({ affected: 2, counts: { Post: 2, Comment: 4 } });
    expect(await world.content()).toEqual(before);
  });

  it("leaves a row that hangs by a restored row of another deletion than its own", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const first = await softDeletes.softDelete(User, [1, 2]);
    await softDeletes.restore(Comment, 2, { parents: "restore" });
    const second = await softDeletes.softDelete(User, [1, 2]);
    expect(await world.taken(Post, second.deletionId)).toEqual([1]);
    expect(await world.taken(Comment, second.deletionId)).toEqual([2]);

    const restored = await softDeletes.restore(User, [1, 2]);

    expect(restored.counts).toEqual({ User: 2, Post: 1, Comment: 1 });
    expect(await world.taken(Comment, first.deletionId)).toEqual([1, 3, 4, 5, 6]);
    await softDeletes.restoreDeletion(first.deletionId ?? "");
    expect(await world.content()).toEqual(before);
  });

  it("tells the deletions of several matched rows apart", async () => {
    const { softDeletes } = world;
    const first = await softDeletes.softDelete(Post, [1, 2]);
    await softDeletes.restore(Comment, 2, { parents: "restore" });
    // Post 1 now belongs to another deletion than comment 1 below it, and post 2 to the same.
    const second = await softDeletes.softDelete(Post, 1);

    const restored = await softDeletes.restore(Post, [1, 2]);

    expect(second.counts).toEqual({ Post: 1, Comment: 1 });
    expect(restored).toMatchObject({ affected: 2, counts: { Post: 2, Comment: 3 } });
    expect(await world.taken(Comment, first.deletionId)).toEqual([1]);
  });

  it("keeps deletions of the same millisecond apart when one is undone", async () => {
    const { softDeletes } = world;
    const one = await softDeletes.softDelete(Post, 1);
    const two = await softDeletes.softDelete(Post, 2);
    expect(two.deletedAt).toEqual(one.deletedAt);

    await softDeletes.restoreDeletion(one.deletionId ?? "");

    expect(await world.active(Post)).toEqual([1, 3]);
    expect(await world.active(Comment)).toEqual([1, 2, 5, 6]);
  });

  it("refuses a deletion id that no row carries", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(User, 1);
    await softDeletes.restore(User, 1);

    await expect(softDeletes.restoreDeletion(deletionId ?? "")).rejects.toThrow(
      DeletionNotFoundError,
    );
  });
});

describeLaw("Law 4, the first deletion wins", BLOG, (world) => {
  beforeEach(() => blog(world));

  it("does nothing to a row that is deleted already", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(User, 1);
    const before = await world.everything();
    world.tick(1000);

    const again = await softDeletes.softDelete(User, 1);

    expect(again).toMatchObject({ affected: 0, total: 0, deletionId: null, deletedAt: null });
    expect(await world.everything()).toEqual(before);
  });

  it("does nothing to an active row that is restored", async () => {
    const before = await world.everything();

    expect(await world.softDeletes.restore(User, 1)).toMatchObject({ affected: 0, total: 0 });

    expect(await world.everything()).toEqual(before);
  });

  it("does nothing for an empty list", async () => {
    const before = await world.everything();

    expect(await world.softDeletes.softDelete(User, [])).toMatchObject({ affected: 0 });
    expect(await world.softDeletes.restore(User, [])).toMatchObject({ affected: 0 });

    expect(await world.everything()).toEqual(before);
  });
});
