import type { DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, later, statementsOf } from "../harness";
import { Account, Booking } from "./ledger";

describeEachDatabase("SoftDeleteLog", (database) => {
  const open = (): Promise<DataSource> =>
    database.open([Account, Booking, SoftDeleteLog], { subscribers: [SoftDeleteSubscriber] });

  async function seed(ds: DataSource, bookings = 2): Promise<Account> {
    const account = await ds.manager.save(Account, { name: "a" });
    await ds.manager.save(
      Booking,
      Array.from({ length: bookings }, () => ({ account })),
    );
    return account;
  }

  const entries = (ds: DataSource): Promise<SoftDeleteLog[]> =>
    ds.manager.find(SoftDeleteLog, { order: { at: "ASC", id: "ASC" } });

  it("has an entry for each soft delete and restore, by whom and why", async () => {
    const ds = await open();
    const account = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    const { deletionId, deletedAt } = await accounts.softDelete(account.id, {
      actor: "ada",
      reason: "closed",
    });
    await accounts.restore(account.id, { actor: "bob", reason: "mistake" });
    const common = {
      entity: "Account",
      deletionId,
      rootIds: [{ id: account.id }],
      rootCount: 1,
      counts: { Account: 1, Booking: 2 },
      total: 3,
    };
    expect(await entries(ds)).toMatchObject([
      {
        action: "soft-delete",
        actor: "ada",
        reason: "closed",
        at: deletedAt,
        complete: false,
        ...common,
      },
      { action: "restore", actor: "bob", reason: "mistake", complete: true, ...common },
    ]);
  });

  it("has an entry for TypeORM's own calls", async () => {
    const ds = await open();
    const account = await seed(ds);
    await ds.manager.softDelete(Account, account.id);
    await ds.manager.restore(Account, account.id);
    await ds.manager.softRemove(Account, account);
    expect((await entries(ds)).map(({ action, total }) => [action, total])).toEqual([
      ["soft-delete", 3],
      ["restore", 3],
      ["soft-delete", 3],
    ]);
  });

  it("has no entry for what affected nothing, was refused, or was rolled back", async () => {
    const ds = await open();
    const account = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    await accounts.softDelete(account.id + 100);
    await accounts.restore(account.id);
    await expect(
      ds.transaction(async (manager) => {
        await manager.withRepository(accounts).softDelete(account.id);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await entries(ds)).toEqual([]);
  });

  it("keeps the first hundred root ids and the true count", async () => {
    const ds = await open();
    const many = await ds.manager.save(
      Account,
      Array.from({ length: 120 }, () => ({ name: "x" })),
    );
    await getSoftDeleteRepository(ds, Account).softDelete(many.map(({ id }) => id));
    const [entry] = await entries(ds);
    expect(entry!.rootIds).toHaveLength(100);
    expect(entry).toMatchObject({ rootCount: 120, total: 120 });
  });

  it("has an entry for each deletion that a restore undoes, and tells parts from wholes", async () => {
    const ds = await open();
    const first = await seed(ds);
    const second = await seed(ds);
    const bookings = getSoftDeleteRepository(ds, Booking);
    const accounts = getSoftDeleteRepository(ds, Account);
    const [booking, other] = await bookings.findBy({ account: { id: first.id } });
    const one = await bookings.softDelete([booking!.id, other!.id]);
    const two = await accounts.softDelete(second.id);
    await bookings.restore([booking!.id]);
    await accounts.restore([first.id, second.id]);
    const restores = (await entries(ds)).filter(({ action }) => action === "restore");
    expect(restores).toMatchObject([
      { deletionId: one.deletionId, counts: { Booking: 1 }, complete: false },
      { deletionId: two.deletionId, counts: { Account: 1, Booking: 2 }, complete: true },
    ]);
  });

  it("has entries for hand-overs and force deletes", async () => {
    const ds = await open();
    const account = await ds.manager.save(Account, { name: "a" });
    const counterpart = await ds.manager.save(Account, { name: "b" });
    await ds.manager.save(Booking, { account, counterpart });
    const accounts = getSoftDeleteRepository(ds, Account);
    const { deletionId } = await accounts.softDelete(account.id);
    await accounts.softDelete(counterpart.id);
    await accounts.restoreDeletion(deletionId!);
    await accounts.forceDelete(counterpart.id, { actor: "ada", reason: "law" });
    expect((await entries(ds)).slice(2)).toMatchObject([
      { action: "restore", deletionId, counts: { Account: 1 }, complete: true },
      { action: "hand-over", deletionId, counts: { Booking: 1 } },
      {
        action: "force-delete",
        deletionId: null,
        rootIds: [{ id: counterpart.id }],
        counts: { Account: 1, Booking: 1 },
        actor: "ada",
        reason: "law",
      },
    ]);
  });

  it("has an entry for each batch of a purge", async () => {
    const ds = await open();
    const account = await seed(ds, 5);
    const accounts = getSoftDeleteRepository(ds, Account);
    await accounts.softDelete(account.id);
    await accounts.purge({
      olderThan: await later(),
      batchSize: 3,
      actor: "janitor",
      reason: "old",
    });
    // Those of one millisecond have no order.
    const purged = (await entries(ds))
      .filter(({ action }) => action === "purge")
      .sort((a, b) => b.rootCount - a.rootCount);
    expect(
      purged.map(({ entity, counts, rootCount, actor, reason }) => [
        entity,
        counts,
        rootCount,
        actor,
        reason,
      ]),
    ).toEqual([
      ["Booking", { Booking: 3 }, 3, "janitor", "old"],
      ["Booking", { Booking: 2 }, 2, "janitor", "old"],
      ["Account", { Account: 1 }, 1, "janitor", "old"],
    ]);
    expect(purged[2]!.rootIds).toEqual([{ id: account.id }]);
  });

  it("costs nothing when it is not listed in entities", async () => {
    const ds = await database.open([Account, Booking], { subscribers: [SoftDeleteSubscriber] });
    const account = await seed(ds);
    const statements = await statementsOf(ds, () =>
      getSoftDeleteRepository(ds, Account).softDelete(account.id),
    );
    expect(statements.filter((text) => /SELECT \W?c\b|soft_delete_log/.test(text))).toEqual([]);
    expect(statements.filter((text) => text.startsWith("UPDATE"))).toHaveLength(3);
    await expect(new SoftDeleteManager(ds).deletions()).rejects.toThrow(
      /Add SoftDeleteLog to its entities/,
    );
  });

  describe("deletions()", () => {
    it("tells of a deletion that was undone because its row came back as a parent", async () => {
      const ds = await open();
      const account = await seed(ds, 1);
      const [booking] = await ds.manager.find(Booking);
      const manager = new SoftDeleteManager(ds);
      const first = await manager.softDelete(Booking, booking!.id);
      const second = await manager.softDelete(Account, account.id);

      await manager.restore(Booking, booking!.id, { parents: "restore" });

      const restored = (await entries(ds)).filter(({ action }) => action === "restore");
      expect(
        restored.map(({ deletionId, counts, complete }) => [deletionId, counts, complete]),
      ).toEqual(
        expect.arrayContaining([
          [first.deletionId, { Booking: 1 }, true],
          [second.deletionId, { Account: 1 }, true],
        ]),
      );
      expect(restored).toHaveLength(2);
      expect(await manager.deletions({ restored: false })).toEqual([]);
    });

    it("lists deletions newest first, with whether and when each was undone", async () => {
      const ds = await open();
      const first = await seed(ds);
      const second = await seed(ds);
      const accounts = getSoftDeleteRepository(ds, Account);
      const one = await accounts.softDelete(first.id, { actor: "ada" });
      await new Promise((resolve) => setTimeout(resolve, 5));
      const two = await accounts.softDelete(second.id, { actor: "bob", reason: "r" });
      await accounts.restoreDeletion(one.deletionId!);
      const manager = new SoftDeleteManager(ds);
      const listed = await manager.deletions();
      expect(listed).toMatchObject([
        {
          deletionId: two.deletionId,
          actor: "bob",
          reason: "r",
          restoredAt: null,
          total: 3,
          rootIds: [{ id: second.id }],
        },
        { deletionId: one.deletionId, actor: "ada", restoredAt: expect.any(Date) as Date },
      ]);
      expect(await manager.deletions({ restored: true })).toEqual([listed[1]]);
      expect(await manager.deletions({ restored: false })).toEqual([listed[0]]);
      expect(await manager.deletions({ actor: "ada" })).toEqual([listed[1]]);
      expect(await manager.deletions({ entity: "Booking" })).toEqual([]);
      expect(await manager.deletions({ since: two.deletedAt! })).toEqual([listed[0]]);
      expect(await manager.deletions({ take: 1, skip: 1 })).toEqual([listed[1]]);
    });
  });
});
