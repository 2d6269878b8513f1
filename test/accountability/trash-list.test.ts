import { Column, Entity, PrimaryColumn, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeletable,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, recordStatements, statementsOf } from "../harness";
import { Account, Booking } from "./ledger";

@Entity()
class Keyed extends SoftDeletable {
  @PrimaryColumn({ type: "varchar", length: 700 }) code!: string;
}

@Entity("trash_log")
class TrashLog extends SoftDeleteLog {
  @Column({ type: "varchar", nullable: true }) tenant = "acme";
}

describeEachDatabase("the trash list", (database) => {
  let time: number;
  let ds: DataSource;
  let manager: SoftDeleteManager;

  const open = async (...entities: (typeof Keyed | typeof SoftDeleteLog)[]): Promise<void> => {
    time = Date.now() - 3_600_000;
    ds = await database.open([Account, Booking, ...entities], {
      subscribers: [SoftDeleteSubscriber.with({ clock: () => new Date(time) })],
    });
    manager = new SoftDeleteManager(ds);
  };

  const account = (bookings = 2): Promise<Account> =>
    ds.transaction(async (own) => {
      const made = await own.save(Account, { name: "a" });
      await own.save(
        Booking,
        Array.from({ length: bookings }, () => ({ account: made })),
      );
      return made;
    });

  async function deleted(made: Account, actor?: string): Promise<string> {
    time += 1000;
    const { deletionId } = await manager.softDelete(Account, made.id, actor ? { actor } : {});
    return deletionId ?? "";
  }

  describe("of what is left", () => {
    it("looks each deletion up in the tables, and makes no list of all their rows", async () => {
      await open(SoftDeleteLog);
      await deleted(await account());
      const recording = recordStatements(ds);
      await manager.countDeletions({ restored: false });
      recording.stop();
      const [statement = ""] = recording.statements;
      const explain = database.name === "better-sqlite3" ? "EXPLAIN QUERY PLAN" : "EXPLAIN";
      const plan = await ds.query<object[]>(
        `${explain} ${statement}`,
        recording.parameters[0] as never,
      );

      expect(JSON.stringify(plan)).not.toMatch(/hashed|hash anti|materialize|antijoin/i);
    });

    it("tells it of each, and of `restored: false` lists what can be restored alone", async () => {
      await open(SoftDeleteLog);
      const whole = await deleted(await account());
      const restored = await deleted(await account());
      const partly = await deleted(await account());
      const removed = await deleted(await account());
      const partlyRemoved = await deleted(await account(3));
      const bookings = getSoftDeleteRepository(ds, Booking);
      await manager.restoreDeletion(restored);
      await manager.restore(Account, { deletionId: partly });
      await manager.restoreDeletion(whole);
      const again = await deleted(await account());
      const one = await bookings.onlyDeleted().findOneByOrFail({ deletionId: partlyRemoved });
      await manager.forceDelete(Booking, one.id);
      await manager.purge(Account, { olderThan: "0s", where: { deletionId: removed } });
      await manager.purge(Booking, { olderThan: "0s", where: { deletionId: removed } });

      const listed = await manager.deletions();

      expect(listed.map(({ deletionId, state, left }) => [deletionId, state, left])).toEqual([
        [again, "deleted", { Account: 1, Booking: 2 }],
        [partlyRemoved, "deleted", { Account: 1, Booking: 2 }],
        [removed, "removed", {}],
        [partly, "restored", {}],
        [restored, "restored", {}],
        [whole, "restored", {}],
      ]);
      const restorable = await manager.deletions({ restored: false });
      expect(restorable).toEqual([listed[0], listed[1]]);
      expect(await manager.deletions({ restored: true })).toEqual(listed.slice(3));
      expect(await manager.countDeletions()).toBe(6);
      expect(await manager.countDeletions({ restored: false })).toBe(2);
      for (const { deletionId, left } of restorable)
        expect((await manager.restoreDeletion(deletionId)).counts).toEqual(left);
      expect(await manager.countDeletions({ restored: false })).toBe(0);
    });

    it("counts rows that were handed over with the deletion that has them now", async () => {
      await open(SoftDeleteLog);
      const first = await account(0);
      const second = await account(0);
      await ds.manager.save(Booking, { account: first, counterpart: second });
      const one = await deleted(first);
      const two = await deleted(second);
      await manager.restoreDeletion(one);
      expect(await manager.deletions()).toMatchObject([
        { deletionId: two, counts: { Account: 1 }, left: { Account: 1, Booking: 1 } },
        { deletionId: one, state: "restored", left: {} },
      ]);
    });

    it("costs as many statements for twenty deletions as for two", async () => {
      await open(SoftDeleteLog);
      for (let n = 0; n < 20; n++) await deleted(await account(1));
      const few = await statementsOf(ds, () => manager.deletions({ restored: false, take: 2 }));
      const many = await statementsOf(ds, () => manager.deletions({ restored: false, take: 20 }));
      expect(few.length).toBeGreaterThan(2);
      expect(many).toHaveLength(few.length);
    });
  });

  it("goes by id, entity, actor and time, in either order", async () => {
    await open(SoftDeleteLog);
    const one = await deleted(await account(), "ada");
    const at = new Date(time);
    const two = await deleted(await account(), "bob");
    const three = await deleted(await account(), "bob");
    const ids = async (options: Parameters<typeof manager.deletions>[0]): Promise<string[]> =>
      (await manager.deletions(options as object)).map(({ deletionId }) => deletionId);
    expect(await ids({ order: "ASC" })).toEqual([one, two, three]);
    expect(await ids({ until: new Date(time) })).toEqual([two, one]);
    expect(await ids({ since: new Date(at.getTime() + 1) })).toEqual([three, two]);
    expect(await ids({ since: at, until: new Date(at.getTime() + 1) })).toEqual([one]);
    expect(await ids({ deletionId: two.toUpperCase() })).toEqual([two]);
    expect(await ids({ entity: Account, actor: "bob", take: 1, skip: 1 })).toEqual([two]);
    expect(await ids({ entity: "Account" })).toHaveLength(3);
    expect(await ids({ entity: Booking })).toEqual([]);
    expect(await ids({ entity: "Acc%" })).toEqual([]);
    expect(await ids({ entity: "A_count" })).toEqual([]);
    expect((await manager.deletions({ deletionId: one }))[0]!.deletedAt).toEqual(at);
  });

  it("pages without gaps where all were deleted in one moment", async () => {
    await open(SoftDeleteLog);
    const made = await ds.manager.save(
      Account,
      Array.from({ length: 12 }, () => ({ name: "a" })),
    );
    for (const { id } of made) await manager.softDelete(Account, id);
    const pages = [];
    for (let skip = 0; skip < 12; skip += 5)
      pages.push(...(await manager.deletions({ take: 5, skip })));
    expect(new Set(pages.map(({ deletionId }) => deletionId)).size).toBe(12);
  });

  it("finds by its id what settle() has settled, in one entry a batch", async () => {
    await open(SoftDeleteLog);
    await account(250);
    const { deleteDateColumn } = ds.getMetadata(Booking);
    const set = ds.driver.escape(deleteDateColumn?.databaseName ?? "");
    const table = ds.driver.escape("booking");
    await ds.query(`UPDATE ${table} SET ${set} = '2020-02-02 10:00:00'`);
    await manager.settle(Booking, { batchSize: 100 });
    const entries = await ds.manager.findBy(SoftDeleteLog, { action: "settle" });
    expect(
      entries.map(({ rootCount, counts, deletionId }) => [rootCount, counts, deletionId]),
    ).toEqual([100, 100, 50].map((rows) => [rows, { Booking: rows }, null]));
    const row = await getSoftDeleteRepository(ds, Booking).onlyDeleted().findOneByOrFail({});
    expect(await manager.deletions()).toEqual([]);
    const filter = { deletionId: row.deletionId ?? "" };
    expect(await manager.deletions(filter)).toMatchObject([
      { ...filter, entity: "Booking", left: { Booking: 1 }, state: "deleted", actor: null },
    ]);
    expect(await manager.countDeletions(filter)).toBe(1);
    expect(await manager.deletions({ ...filter, actor: "ada" })).toEqual([]);
    expect((await manager.restoreDeletion(filter.deletionId)).total).toBe(1);
    expect(await manager.deletions(filter)).toEqual([]);
  });

  it("has a hundred roots whose keys are long, as far as they fit", async () => {
    await open(SoftDeleteLog, Keyed);
    const codes = Array.from({ length: 100 }, (_, n) => `${String(n)}${"é".repeat(690)}`);
    await ds.manager.save(
      Keyed,
      codes.map((code) => ({ code })),
      { chunk: 50 },
    );
    const { deletionId } = await manager.softDelete(Keyed, codes);
    const [listed] = await manager.deletions();
    expect(listed).toMatchObject({ deletionId, rootCount: 100, left: { Keyed: 100 } });
    expect(listed!.rootIds.length).toBeGreaterThan(40);
    expect(codes).toEqual(expect.arrayContaining(listed!.rootIds.map(({ code }) => code)));
    expect((await manager.restoreDeletion(deletionId ?? "")).total).toBe(100);
  });

  it("refuses a reason that the log cannot hold, and deletes nothing", async () => {
    await open(SoftDeleteLog, Keyed);
    await ds.manager.save(Keyed, { code: "a" });
    const reason = "é".repeat(33_000);
    for (const options of [{ reason }, { actor: "a".repeat(256) }]) {
      await expect(manager.softDelete(Keyed, "a", options)).rejects.toMatchObject({
        code: "SOFT_DELETE_OPTION",
      });
    }
    expect(await ds.manager.count(Keyed)).toBe(1);
    await manager.softDelete(Keyed, "a", { reason: reason.slice(1000) });
    expect((await manager.deletions())[0]).toMatchObject({ reason: reason.slice(1000) });
  });

  it("reads, and fills, a subclass of the log with a table and columns of its own", async () => {
    await open(TrashLog);
    const id = await deleted(await account(), "ada");
    expect(await manager.deletions({ actor: "ada" })).toMatchObject([{ deletionId: id }]);
    await manager.restoreDeletion(id);
    expect((await ds.manager.find(TrashLog)).map(({ tenant }) => tenant)).toEqual(["acme", "acme"]);
    expect(await manager.deletions({ restored: true })).toMatchObject([{ state: "restored" }]);
    await deleted(await account());
    time += 1000;
    await manager.purge({ olderThan: "0s" });
    expect(await ds.manager.countBy(TrashLog, { action: "purge" })).toBeGreaterThan(0);
  });
});
