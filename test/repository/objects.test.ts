import { getSoftDeleteRepository, SoftDeleteCriteriaError } from "../../src";
import { describeEachDriver } from "../harness";
import { deleted, fill, openBlog, Post, User } from "./blog";

describeEachDriver("softRemove and recover of the repository", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));
  const users = () => getSoftDeleteRepository(opened.dataSource, User);

  it("return the given object, changed, with what is loaded below it", async () => {
    const bob = await users().findOneOrFail({ where: { name: "bob" }, relations: { posts: true } });

    const removed = await users().softRemove(bob, { reason: "why not" });

    expect(removed).toBe(bob);
    expect(bob.isDeleted).toBe(true);
    expect(bob.posts[0]).toMatchObject({ deletedAt: bob.deletedAt, deletionId: bob.deletionId });
    expect(bob.deletedAt).toEqual(
      (await users().withDeleted().findOneByOrFail({ name: "bob" })).deletedAt,
    );

    expect(await users().recover(bob)).toBe(bob);
    expect([bob.deletedAt, bob.deletionId, bob.isDeleted]).toEqual([null, null, false]);
    expect(bob.posts[0]?.isDeleted).toBe(false);
    expect(await users().existsBy({ name: "bob" })).toBe(true);
  });

  it("return the given list, changed", async () => {
    const given = await users().find();

    const removed = await users().softRemove(given);

    expect(removed).toBe(given);
    expect(new Set(given.map((user) => user.deletionId)).size).toBe(1);
    expect(await users().count()).toBe(0);
    await users().recover(given);
    expect(given.every((user) => !user.isDeleted)).toBe(true);
    expect(await users().count()).toBe(2);
  });

  it("do not write other changes of the object", async () => {
    const bob = await users().findOneByOrFail({ name: "bob" });
    bob.name = "rob";

    await users().softRemove(bob);

    expect(await users().withDeleted().existsBy({ name: "rob" })).toBe(false);
  });

  it.each<readonly [what: string, id: unknown]>([
    ["true", true],
    ["digits with something behind them", "1 or so"],
    ["an exponent", "1e0"],
    ["a sign", "+1"],
    ["a line's end", "1\n"],
    ["a fraction", 1.5],
    ["Infinity", Infinity],
    ["an empty list", []],
    ["a list", [1]],
    ["a list in a list", [[1]]],
    ["an object", { id: 1 }],
  ])(
    "refuse a key that its column cannot hold, as a request body may have it: %s",
    async (_, id) => {
      const repository = users();
      const object = { id } as unknown as User;

      for (const call of [
        () => repository.softRemove(object),
        () => repository.softRemove([object]),
        () => repository.recover(object),
        () => repository.forceRemove(object),
        () => repository.onlyDeleted().forceRemove([object]),
      ]) {
        await expect(call()).rejects.toMatchObject({
          code: "SOFT_DELETE_CRITERIA",
          message: expect.stringContaining("User.id is") as string,
        });
      }
      expect(await repository.count()).toBe(2);
    },
  );

  it("take a plain object with the primary key", async () => {
    const { id } = await users().findOneByOrFail({ name: "bob" });

    const removed = await users().softRemove({ id });

    expect(removed.deletionId).not.toBeNull();
    expect(await users().existsBy({ name: "bob" })).toBe(false);
  });

  it("show the stamp that an object's row already had", async () => {
    const stale = await users().findOneByOrFail({ name: "bob" });
    const { deletionId } = await users().softDelete({ name: "bob" });

    await users().softRemove(stale);

    expect(stale.deletionId).toBe(deletionId);
  });

  it("leave a loaded child deleted that was deleted before", async () => {
    const posts = getSoftDeleteRepository(opened.dataSource, Post);
    await users().restore({ name: "ada" });
    await posts.softDelete({ title: "first" });
    const ada = await users()
      .withDeleted()
      .findOneOrFail({
        where: { name: "ada" },
        relations: { posts: true },
      });
    await users().softRemove(ada);

    await users().recover(ada);

    expect(await deleted(opened.dataSource)).toEqual(["dan", "first"]);
    expect(ada.posts.map((post) => [post.title, post.isDeleted]).sort()).toEqual([
      ["first", true],
      ["second", false],
    ]);
  });

  for (const verb of ["softRemove", "recover"] as const) {
    it(`refuse ${verb} of an object that was never saved`, async () => {
      const before = await deleted(opened.dataSource);
      const bob = await users().findOneByOrFail({ name: "bob" });
      const unsaved = users().create({ name: "new" });

      for (const given of [unsaved, [bob, unsaved]]) {
        const list = given as User[];
        const call = verb === "recover" ? users().recover(list) : users().softRemove(list);
        await expect(call).rejects.toThrow(SoftDeleteCriteriaError);
        await expect(call).rejects.toThrow(`${verb}(User): the given object has no primary key`);
      }
      expect(await deleted(opened.dataSource)).toEqual(before);
    });
  }
});
