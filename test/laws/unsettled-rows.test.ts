import { BLOG, Comment, Post, User } from "./entities";
import { describeLawOnce } from "./world";

// What plain TypeORM has deleted before the package came: a delete date, and no deletion id.
describeLawOnce("Rows without a deletion id", BLOG, (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(
      Post,
      [1, 2, 3].map((id) => ({ id, authorId: 1, reviewerId: null })),
    );
    await world.insert(
      Comment,
      [1, 2, 3, 4, 5, 6].map((id) => ({ id, postId: Math.ceil(id / 2) })),
    );
    for (const table of ["post", "comment"]) {
      await world.dataSource.query(
        `UPDATE ${world.escape(table)} SET ${world.escape("deletedAt")} = '2020-01-01 00:00:00' WHERE id = 1`,
      );
    }
  });

  it("stay as they are when their parent is deleted and restored", async () => {
    const { softDeletes } = world;
    const before = await world.content();

    const { counts } = await softDeletes.softDelete(User, 1);
    expect(counts).toEqual({ User: 1, Post: 2, Comment: 4 });
    await softDeletes.restore(User, 1);
    expect(await world.content()).toEqual(before);

    const { deletionId } = await softDeletes.softDelete(User, 1);
    await softDeletes.restoreDeletion(deletionId ?? "");
    expect(await world.content()).toEqual(before);
  });

  it("stay as they are when they are deleted again", async () => {
    const before = await world.everything();

    expect(await world.softDeletes.softDelete(Post, 1)).toMatchObject({ affected: 0, total: 0 });

    expect(await world.everything()).toEqual(before);
  });

  it("stay as they are beside native calls", async () => {
    const posts = world.dataSource.getRepository(Post);
    const users = world.dataSource.getRepository(User);
    const before = await world.content();

    await posts.softDelete({ authorId: 1 });
    expect(await world.active(Comment)).toEqual([2]);
    await posts.restore([2, 3]);
    expect(await world.content()).toEqual(before);

    await users.softDelete(1);
    await users.restore(1);
    expect(await world.content()).toEqual(before);
  });

  it("come back by id, alone", async () => {
    const restored = await world.softDeletes.restore(Post, 1);

    expect(restored).toMatchObject({ affected: 1, counts: { Post: 1 }, handedOver: 0 });
    expect(await world.row(Post, 1)).toMatchObject({ deletedAt: null, deletionId: null });
    expect(await world.active(Comment)).toEqual([2, 3, 4, 5, 6]);
  });

  it("refuse the restore of what hangs below them", async () => {
    await expect(world.softDeletes.restore(Comment, 1)).rejects.toMatchObject({
      parents: [{ relation: "Comment.post", id: { id: 1 }, deletionId: null }],
    });

    const chain = await world.softDeletes.restore(Comment, 1, { parents: "restore" });

    expect(chain).toMatchObject({ affected: 1, counts: { Post: 1, Comment: 1 } });
  });

  it("come back together with rows of deletions", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(Post, [2, 3]);

    const restored = await softDeletes.restore(Post, [1, 2]);

    expect(restored).toMatchObject({ affected: 2, counts: { Post: 2, Comment: 2 } });
    expect(await world.active(Post)).toEqual([1, 2]);
    expect(await world.active(Comment)).toEqual([2, 3, 4]);
    expect(await world.taken(Post, deletionId)).toEqual([3]);
  });
});
