import type { DataSource } from "typeorm";

import {
  deletionContext,
  getSoftDeleteRepository,
  SoftDeleteOptionError,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { Account, Booking } from "./ledger";

describeEachDatabase("actor and reason", (database) => {
  const open = (actor?: () => string | null): Promise<DataSource> =>
    database.open([Account, Booking], {
      subscribers: [SoftDeleteSubscriber.with(actor ? { actor } : {})],
    });

  async function seed(ds: DataSource): Promise<Account> {
    const account = await ds.manager.save(Account, { name: "a" });
    await ds.manager.save(Booking, [{ account }, { account }]);
    return account;
  }

  const notes = async (ds: DataSource): Promise<unknown[]> =>
    [
      ...(await ds.manager.find(Account, { withDeleted: true })),
      ...(await ds.manager.find(Booking, { withDeleted: true })),
    ].map(({ deletedBy, deleteReason, deletedFlag }) => [deletedBy, deleteReason, deletedFlag]);

  it("are written on every row that is taken, and cleared by a restore", async () => {
    const ds = await open();
    const account = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    expect(await notes(ds)).toEqual(Array(3).fill([null, null, false]));
    await accounts.softDelete(account.id, { actor: "ada", reason: "closed" });
    expect(await notes(ds)).toEqual(Array(3).fill(["ada", "closed", true]));
    await accounts.restore(account.id);
    expect(await notes(ds)).toEqual(Array(3).fill([null, null, false]));
  });

  it.each([{ actor: "a".repeat(256) }, { reason: "é".repeat(101) }])(
    "that a column cannot hold are refused, and nothing is written",
    async (options) => {
      const ds = await open();
      const account = await seed(ds);
      const before = await notes(ds);
      const call = getSoftDeleteRepository(ds, Account).softDelete(account.id, options);
      await expect(call).rejects.toThrow(
        /Account[.]delete(dBy|Reason) holds (255|100) characters, and the given text has (256|101)[.] Pass a shorter one/,
      );
      const native = ds.manager.softRemove(Account, account, { data: options });
      await expect(native).rejects.toThrow(SoftDeleteOptionError);
      expect(await notes(ds)).toEqual(before);
      const fits = Object.fromEntries(
        Object.entries(options).map(([name, text]) => [name, text.slice(1)]),
      );
      await getSoftDeleteRepository(ds, Account).softDelete(account.id, fits);
    },
  );

  it("of a row that was deleted before stay its own", async () => {
    const ds = await open();
    const account = await seed(ds);
    const bookings = getSoftDeleteRepository(ds, Booking);
    const [first] = await bookings.find();
    await bookings.softDelete(first!.id, { actor: "bob", reason: "typo" });
    await getSoftDeleteRepository(ds, Account).softDelete(account.id, { actor: "ada" });
    expect(await bookings.onlyDeleted().findOneBy({ id: first!.id })).toMatchObject({
      deletedBy: "bob",
      deleteReason: "typo",
    });
  });

  it("come from the call, then the context, then the subscriber", async () => {
    const ds = await open(() => "subscriber");
    const account = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    const deleted = async (options?: {
      actor?: string | null;
      reason?: string;
    }): Promise<unknown> => {
      await accounts.softDelete(account.id, options);
      const [[actor, reason] = []] = (await notes(ds)) as [string, string][];
      await accounts.restore(account.id);
      return [actor, reason];
    };
    expect(await deleted()).toEqual(["subscriber", null]);
    expect(await deletionContext.run({ actor: "context", reason: "r" }, () => deleted())).toEqual([
      "context",
      "r",
    ]);
    expect(
      await deletionContext.run({ actor: "context", reason: "r" }, () =>
        deleted({ actor: "call" }),
      ),
    ).toEqual(["call", "r"]);
    expect(await deleted({ actor: null })).toEqual([null, null]);
    expect(
      await deletionContext.run({ actor: "outer" }, () =>
        deletionContext.run({ reason: "inner" }, () => deleted()),
      ),
    ).toEqual(["outer", "inner"]);
  });

  it("are kept apart between calls that run at once", async () => {
    const ds = await open();
    const accounts = await ds.manager.save(
      Account,
      [1, 2, 3, 4, 5, 6].map((n) => ({ name: String(n) })),
    );
    await Promise.all(
      accounts.map(({ id, name }) =>
        deletionContext.run({ actor: name }, () =>
          getSoftDeleteRepository(ds, Account).softDelete(id),
        ),
      ),
    );
    const found = await getSoftDeleteRepository(ds, Account).onlyDeleted().find();
    expect(found.filter((account) => account.deletedBy !== account.name)).toEqual([]);
  });

  it("reach TypeORM's own calls: by data, context and subscriber", async () => {
    const ds = await open(() => "subscriber");
    const account = await seed(ds);
    await ds.manager.softDelete(Account, account.id);
    expect(await notes(ds)).toEqual(Array(3).fill(["subscriber", null, true]));
    await ds.manager.restore(Account, account.id);
    expect(await notes(ds)).toEqual(Array(3).fill([null, null, false]));

    await deletionContext.run({ actor: "context", reason: "r" }, () =>
      ds.manager.softDelete(Account, account.id),
    );
    expect(await notes(ds)).toEqual(Array(3).fill(["context", "r", true]));
    await ds.manager.recover(Account, account);
    expect(await notes(ds)).toEqual(Array(3).fill([null, null, false]));

    await ds.manager.softRemove(Account, account, { data: { actor: "data", reason: "d" } });
    expect(await notes(ds)).toEqual(Array(3).fill(["data", "d", true]));
    expect(account).toMatchObject({ deletedBy: "data", deleteReason: "d", deletedFlag: true });
  });

  it("reach the repository's softRemove() by data, after the call's own", async () => {
    const ds = await open();
    const account = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    const data = { actor: "data", reason: "d" };
    await accounts.softRemove(account, { data, actor: "call" });
    expect(await notes(ds)).toEqual(Array(3).fill(["call", "d", true]));
  });

  it("leave the flag of a row that is inserted as a deleted one in step", async () => {
    const ds = await open();
    await ds.manager.save(Account, { name: "a", deletedAt: new Date() });
    expect(await notes(ds)).toEqual([[null, null, true]]);
  });

  it("go with a row that is handed over", async () => {
    const ds = await open();
    const account = await ds.manager.save(Account, { name: "a" });
    const counterpart = await ds.manager.save(Account, { name: "b" });
    const booking = await ds.manager.save(Booking, { account, counterpart });
    const accounts = getSoftDeleteRepository(ds, Account);
    await accounts.softDelete(account.id, { actor: "ada", reason: "first" });
    await accounts.softDelete(counterpart.id, { actor: "bob", reason: "second" });
    expect(await accounts.restore(account.id)).toMatchObject({ total: 1, handedOver: 1 });
    expect(
      await ds.manager.findOne(Booking, { where: { id: booking.id }, withDeleted: true }),
    ).toMatchObject({
      deletedBy: "bob",
      deleteReason: "second",
      deletedFlag: true,
    });
  });
});
