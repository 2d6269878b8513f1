import { Entity, PrimaryColumn } from "typeorm";

import { SoftDeleteCriteriaError, SoftDeleteSubscriber, withSoftDelete } from "../../src";
import { describeEachDatabase } from "../harness";
import { Contract, Owner, Pet } from "./owners";

/** Its date is set by deletions alone. */
@Entity()
class Sealed extends withSoftDelete(undefined, { deletedAt: { insert: false } }) {
  @PrimaryColumn() id!: number;
}

const AT = new Date("2024-02-03T04:05:06.000Z");
const LAST = new Date("9999-12-31T23:59:59.999Z");

describeEachDatabase("dates that are written", (database) => {
  const open = async () =>
    (await database.open([Owner, Pet, Contract, Sealed], { subscribers: [SoftDeleteSubscriber] }))
      .manager;

  // PostgreSQL and SQLite know later dates; on MySQL and MariaDB, with whole seconds, this one is rounded up to none.
  const last = database.name.startsWith("m") ? new Date("9999-12-31T23:59:59.000Z") : LAST;

  it("are settled by an upsert with the last date that there is", async () => {
    const manager = await open();
    await manager.save(Owner, { id: 1 });
    await manager.save(Pet, { id: 2, owner: { id: 1 } });
    await manager.upsert(Owner, { id: 1, deletedAt: last }, ["id"]);
    const [owner] = await manager.find(Owner, { withDeleted: true });
    const [pet] = await manager.find(Pet, { withDeleted: true });
    expect(owner!.deletedAt).toEqual(last);
    expect(owner!.deletionId).not.toBeNull();
    expect(pet!.deletionId).toBe(owner!.deletionId);
  });

  it("are none where the column takes none from an insert", async () => {
    const manager = await open();
    await manager.insert(Sealed, [{ id: 1, deletedAt: AT }, { id: 2 }]);
    const rows = await manager.find(Sealed, { withDeleted: true, order: { id: "ASC" } });
    expect(rows.map(({ deletedAt, deletionId }) => [deletedAt, deletionId])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it("are refused by name where they are none, whatever they are", async () => {
    const manager = await open();
    for (const deletedAt of [5n, NaN, Symbol("x"), true, "soon"] as unknown as Date[]) {
      const error = await manager.insert(Owner, { id: 9, deletedAt }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(SoftDeleteCriteriaError);
      expect(String(error)).toContain("Owner.deletedAt is set to");
    }
    expect(await manager.count(Owner, { withDeleted: true })).toBe(0);
  });

  it("give a failing save() of several rows the database's error, and leave the caller's transaction", async () => {
    const manager = await open();
    await manager.save(Owner, [{ id: 1 }, { id: 3 }]);
    await manager.transaction(async (own) => {
      const rows = [
        { id: 9, deletedAt: AT },
        { id: 1, name: null as unknown as string },
        { id: 3, deletedAt: AT },
      ];
      await expect(own.save(Owner, rows)).rejects.toMatchObject({ name: "QueryFailedError" });
      await own.save(Owner, { id: 4 });
    });
    expect((await manager.find(Owner, { withDeleted: true })).map(({ id }) => id).sort()).toEqual([
      1, 3, 4,
    ]);
    expect(await manager.count(Owner)).toBe(3);
  });

  it("stay where a call beside the insert, in the same transaction, is refused", async () => {
    const manager = await open();
    await manager.save(Owner, { id: 1 });
    await manager.save(Contract, { id: 2, owner: { id: 1 } });
    for (const [index, first] of [true, false].entries()) {
      const id = 10 + index;
      await manager.transaction(async (own) => {
        const insert = () => own.insert(Owner, { id, deletedAt: AT });
        const refused = () => own.upsert(Owner, { id: 1, deletedAt: AT }, ["id"]);
        const calls = first ? [insert(), refused()] : [refused(), insert()];
        const statuses = (await Promise.allSettled(calls)).map(({ status }) => status);
        expect(statuses).toEqual(first ? ["fulfilled", "rejected"] : ["rejected", "fulfilled"]);
      });
      expect(await manager.countBy(Owner, { id: 1 })).toBe(1);
      expect(await manager.count(Owner, { where: { id }, withDeleted: true })).toBe(1);
    }
  });
});
