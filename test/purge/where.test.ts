import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { BLOG, Post, User } from "../core/blog";
import { describeEachDatabase, later } from "../harness";

describeEachDatabase("purge with a where", (database) => {
  it("over rows that it removes first is refused, and removes nothing", async () => {
    const ds = await database.open(BLOG, { subscribers: [SoftDeleteSubscriber] });
    const author = await ds.manager.save(User, { name: "a" });
    await ds.manager.save(Post, { title: "p", author });
    const manager = new SoftDeleteManager(ds);
    await manager.softDelete(User, author.id);
    const olderThan = await later();
    await expect(
      manager.purge(User, { olderThan, where: { posts: { title: "p" } } }),
    ).rejects.toMatchObject({
      code: "SOFT_DELETE_CRITERIA",
      message: expect.stringContaining("User.posts") as string,
    });
    expect(await ds.manager.count(Post, { withDeleted: true })).toBe(1);
    const done = await manager.purge(Post, { olderThan, where: { author: { name: "a" } } });
    expect(done.counts).toEqual({ Post: 1 });
  });
});
