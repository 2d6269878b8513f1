import { BLOG, Comment, CYCLE, Player, Post, Team, User } from "../laws/entities";
import { Contract, Customer, POLICIES, Purchase } from "../laws/policy-entities";
import { describeLawOnce } from "../laws/world";
import { brokenRows, halfDelete, idsOf } from "./half-done";

describeLawOnce("settle() of active rows below deleted ones", [...BLOG, ...CYCLE], (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(Post, [{ id: 1, authorId: 1 }]);
  });

  /** As a writer leaves it that does not know this package. */
  const orphan = async (): Promise<string | null> => {
    const { deletionId } = await world.softDeletes.softDelete(User, 1);
    world.tick();
    await world.insert(Post, [
      { id: 2, authorId: 1 },
      { id: 3, authorId: 2 },
    ]);
    await world.insert(Comment, [
      { id: 1, postId: 1 },
      { id: 2, postId: 2 },
      { id: 3, postId: 3 },
    ]);
    return deletionId;
  };

  it("takes them, and what hangs below them, into the deletion above, with cascade", async () => {
    const deletionId = await orphan();
    const { deletedAt } = await world.row(User, 1);
    const { counts } = await world.softDeletes.settle({ cascade: true });
    expect(counts).toEqual({ Post: 1, Comment: 2 });
    expect(await world.taken(Post, deletionId)).toEqual([1, 2]);
    expect(await world.taken(Comment, deletionId)).toEqual([1, 2]);
    await expect(world.row(Comment, 2)).resolves.toMatchObject({ deletedAt, version: 2 });
    await expect(brokenRows(world)).resolves.toEqual([]);
    await expect(world.softDeletes.settle({ cascade: true })).resolves.toMatchObject({ total: 0 });
    await world.softDeletes.restoreDeletion(deletionId ?? "");
    expect(await world.active(Comment)).toEqual([1, 2, 3]);
  });

  it("deletes no active row without being told to", async () => {
    await orphan();
    const before = await world.everything();
    await expect(world.softDeletes.settle()).resolves.toMatchObject({ total: 0 });
    await expect(world.everything()).resolves.toEqual(before);
  });

  it("takes those below the rows of the entity that is named", async () => {
    await orphan();
    await world.softDeletes.settle(Post, { cascade: true });
    expect(await world.active(Post)).toEqual([2, 3]);
    expect(await world.active(Comment)).toEqual([2, 3]);
    await world.softDeletes.settle(User, { cascade: true });
    expect(await world.active(Comment)).toEqual([3]);
  });

  it("finishes a cascade that has ended after its first statement", async () => {
    await world.insert(Comment, [{ id: 1, postId: 1 }]);
    await world.softDeletes.softDelete(User, 1);
    const before = await world.content();
    for (const [table, key] of [
      ["post", "id"],
      ["comment", "id"],
    ] as const) {
      const clear = ["deletedAt", "deletionId"].map((column) => `${world.escape(column)} = NULL`);
      await world.dataSource.query(`UPDATE ${table} SET ${clear.join(", ")} WHERE ${key} = 1`);
    }
    await world.softDeletes.settle({ cascade: true });
    expect(await world.content()).toEqual(before);
  });

  it("looks through more deletions than one batch has", async () => {
    const ids = Array.from({ length: 250 }, (_, index) => index + 10);
    await world.insert(
      User,
      ids.map((id) => ({ id })),
    );
    await halfDelete(world, "user", "id >= 10");
    await world.softDeletes.settle();
    await world.insert(
      Post,
      ids.map((id) => ({ id, authorId: id })),
    );
    await world.softDeletes.settle({ cascade: true });
    const [users, posts] = [await idsOf(world, User), await idsOf(world, Post)];
    for (const id of ids) expect(posts[id]).toBe(users[id]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("goes round a ring", async () => {
    await world.insert(Team, [{ id: 1, captainId: 1 }]);
    await world.insert(Player, [{ id: 1, teamId: 1 }]);
    await world.softDeletes.softDelete(Team, 1);
    await world.insert(Team, [{ id: 2, captainId: 2 }]);
    await world.insert(Player, [
      { id: 2, teamId: 1 },
      { id: 3, teamId: 2 },
    ]);
    await world.softDeletes.settle({ cascade: true });
    expect(await world.active(Player)).toEqual([]);
    expect(await world.active(Team)).toEqual([]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });
});

describeLawOnce("settle() beside RESTRICT", POLICIES, (world) => {
  beforeEach(async () => {
    await world.insert(Customer, [{ id: 1 }, { id: 2 }]);
    await world.insert(Contract, [
      { id: 1, customerId: 1 },
      { id: 2, customerId: 2 },
    ]);
  });

  const receipts = (contractId: number): Promise<unknown> =>
    world.dataSource.getRepository("Receipt").insert({ id: contractId, contractId });

  it("leaves rows on which active ones hang, and all that the same deletion would take", async () => {
    await receipts(1);
    await halfDelete(world, "customer", "1 = 1");
    await world.softDeletes.settle({ cascade: true });
    expect(await world.active(Customer)).toEqual([]);
    expect(await world.active(Contract)).toEqual([1]);
    const [finding, ...others] = await brokenRows(world);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: "active-below-deleted-parent",
      entity: "Contract",
      count: 1,
      sampleIds: [{ id: 1 }],
    });
    await world.dataSource.query("DELETE FROM receipt");
    await world.softDeletes.settle({ cascade: true });
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("takes rows whose restricting ones go along, in whatever order they are found", async () => {
    await world.insert(Purchase, [{ id: 1, customerId: 1, contractId: 2 }]);
    await halfDelete(world, "customer", "1 = 1");
    await world.softDeletes.settle({ cascade: true, batchSize: 1 });
    for (const entity of [Customer, Contract, Purchase])
      expect(await world.active(entity)).toEqual([]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it('brings back what would have been refused, with restricted: "restore"', async () => {
    await receipts(1);
    await world.insert(Purchase, [{ id: 1, customerId: 2 }]);
    await world.insert(Customer, [{ id: 3 }]);
    const before = await world.content();
    await halfDelete(world, "customer", "1 = 1");
    await world.softDeletes.settle({ restricted: "restore" });
    expect(await world.active(Customer)).toEqual([1, 2]);
    await halfDelete(world, "customer", "id = 2");
    await world.softDeletes.settle({ restricted: "restore", cascade: true });
    const after = await world.content();
    expect(after["Customer"]?.slice(0, 2)).toEqual(before["Customer"]?.slice(0, 2));
    expect(after["Contract"]).toEqual(before["Contract"]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("brings nothing back below a deleted parent", async () => {
    await world.insert(Purchase, [{ id: 1, customerId: 2, contractId: null }]);
    await world.softDeletes.softDelete(Customer, 1);
    await receipts(1);
    await world.dataSource.query(
      `UPDATE contract SET ${world.escape("deletionId")} = NULL WHERE id = 1`,
    );
    await world.softDeletes.settle({ restricted: "restore" });
    expect(await world.active(Contract)).toEqual([2]);
  });

  it("leaves what plain TypeORM has deleted as it is, unless told otherwise", async () => {
    await receipts(1);
    await halfDelete(world, "contract", "id = 1");
    await world.softDeletes.settle();
    expect(await world.active(Contract)).toEqual([2]);
    await expect(brokenRows(world)).resolves.toEqual([
      expect.objectContaining({ code: "active-below-deleted-parent", entity: "Receipt" }),
    ]);
  });
});
