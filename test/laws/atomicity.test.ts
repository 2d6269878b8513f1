import { SoftDeleteManager } from "../../src";
import { Contract, Customer, POLICIES, Purchase, Receipt } from "./policy-entities";
import { BLOG, Comment, Post, User } from "./entities";
import { describeLawOnce } from "./world";

const CANCELLED = new Error("cancelled");

describeLawOnce("Law 5, in the caller's transaction", BLOG, (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(
      Post,
      [1, 2].map((id) => ({ id, authorId: id, reviewerId: null })),
    );
    await world.insert(
      Comment,
      [1, 2].map((id) => ({ id, postId: id })),
    );
  });

  it("rolls a deletion back with it", async () => {
    const before = await world.everything();

    const transaction = world.dataSource.transaction(async (manager) => {
      const { total } = await new SoftDeleteManager(manager).softDelete(User, 1);
      expect(total).toBe(3);
      expect(await manager.find(Comment)).toHaveLength(1);
      throw CANCELLED;
    });

    await expect(transaction).rejects.toBe(CANCELLED);
    expect(await world.everything()).toEqual(before);
  });

  it.each(["restore", "restoreDeletion"] as const)("rolls a %s back with it", async (method) => {
    const { deletionId } = await world.softDeletes.softDelete(User, 1);
    const before = await world.everything();

    const transaction = world.dataSource.transaction(async (manager) => {
      const softDeletes = new SoftDeleteManager(manager);
      if (method === "restore") await softDeletes.restore(User, 1);
      else await softDeletes.restoreDeletion(deletionId ?? "");
      expect(await manager.find(Comment)).toHaveLength(2);
      throw CANCELLED;
    });

    await expect(transaction).rejects.toBe(CANCELLED);
    expect(await world.everything()).toEqual(before);
  });

  it("leaves nothing behind of a refused restore that the caller catches", async () => {
    await world.softDeletes.softDelete(User, 1);
    const before = await world.content();

    await world.dataSource.transaction(async (manager) => {
      const softDeletes = new SoftDeleteManager(manager);
      await expect(softDeletes.restore(Post, 1)).rejects.toMatchObject({ code: "PARENT_DELETED" });
      await softDeletes.softDelete(User, 2);
      await softDeletes.restore(User, 2);
    });

    expect(await world.content()).toEqual(before);
    expect((await world.row(Post, 1)).version).toBe(2);
    expect((await world.row(User, 2)).version).toBe(3);
  });

  it("leaves nothing behind of a native restore that is refused and caught", async () => {
    await world.softDeletes.softDelete(User, 1);
    const before = await world.everything();

    await world.dataSource.transaction(async (manager) => {
      await expect(manager.restore(Post, 1)).rejects.toMatchObject({ code: "PARENT_DELETED" });
      expect(await manager.count(Post)).toBe(1);
    });

    expect(await world.everything()).toEqual(before);
  });

  it("puts back a native restore outside a transaction that is refused", async () => {
    world.tick(123);
    await world.softDeletes.softDelete(User, [1, 2]);
    world.tick(1000);
    const before = await world.everything();

    await expect(world.dataSource.getRepository(Post).restore([1, 2])).rejects.toMatchObject({
      code: "PARENT_DELETED",
    });

    expect(await world.everything()).toEqual(before);
  });
});

describeLawOnce("Law 5, a refused deletion", POLICIES, (world) => {
  beforeEach(async () => {
    await world.insert(Customer, [{ id: 1 }, { id: 2 }]);
    await world.insert(
      Contract,
      [1, 2].map((id) => ({ id, customerId: id })),
    );
    await world.insert(Purchase, [{ id: 1, customerId: 1, contractId: null }]);
    await world.insert(Receipt, [{ id: 1, contractId: 2 }]);
  });

  it("leaves nothing behind", async () => {
    const before = await world.everything();

    await expect(world.softDeletes.softDelete(Customer, 1)).rejects.toMatchObject({
      code: "SOFT_DELETE_RESTRICTED",
      relation: "Purchase.customer",
      count: 1,
      sampleIds: [{ id: 1 }],
    });

    expect(await world.everything()).toEqual(before);
  });

  it("leaves nothing behind when the caller catches it in a transaction, which goes on", async () => {
    const before = await world.everything();

    await world.dataSource.transaction(async (manager) => {
      const softDeletes = new SoftDeleteManager(manager);
      for (const id of [1, 2]) {
        await expect(softDeletes.softDelete(Customer, id)).rejects.toMatchObject({
          code: "SOFT_DELETE_RESTRICTED",
        });
      }
      expect(await manager.count(Customer)).toBe(2);
      expect((await softDeletes.softDelete(Purchase, 1)).total).toBe(1);
    });

    expect(await world.active(Purchase)).toEqual([]);
    await world.softDeletes.restore(Purchase, 1);
    expect(await world.everything()).toEqual(before);
  });

  it.each(["in a transaction", "outside a transaction"])(
    "leaves nothing behind of a native call %s",
    async (where) => {
      const before = await world.everything();
      const { manager } = world.dataSource;

      if (where === "outside a transaction") {
        await expect(manager.softDelete(Customer, [1, 2])).rejects.toMatchObject({
          code: "SOFT_DELETE_RESTRICTED",
        });
      } else {
        await world.dataSource.transaction(async (inner) => {
          await expect(inner.softDelete(Customer, 1)).rejects.toMatchObject({
            code: "SOFT_DELETE_RESTRICTED",
          });
          expect(await inner.count(Customer)).toBe(2);
        });
      }

      expect(await world.everything()).toEqual(before);
    },
  );
});
