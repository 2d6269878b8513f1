import {
  EventSubscriber,
  type EntityManager,
  type EntitySubscriberInterface,
  type SoftRemoveEvent,
} from "typeorm";

import {
  SoftDeleteCriteriaError,
  SoftDeleteRestrictedError,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { Contract, Owner, Pet } from "./owners";

let hook: ((manager: EntityManager) => Promise<unknown>) | undefined;

@EventSubscriber()
class Another implements EntitySubscriberInterface {
  async afterSoftRemove({ manager }: SoftRemoveEvent<unknown>): Promise<void> {
    const called = hook;
    hook = undefined;
    await called?.(manager);
  }
}

describeEachDatabase("calls of TypeORM's own beside what others do", (database) => {
  const open = async () => {
    const subscribers = [Another, SoftDeleteSubscriber];
    const { manager } = await database.open([Owner, Pet, Contract], { subscribers });
    await manager.save(Owner, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    await manager.save(Pet, { id: 2, owner: { id: 2 } });
    await manager.save(Contract, { id: 1, owner: { id: 1 } });
    return manager;
  };
  const deleted = async (manager: EntityManager) => {
    const owners = await manager.find(Owner, { withDeleted: true, order: { id: "ASC" } });
    return owners.filter((row) => row.deletionId !== null).map(({ id }) => id);
  };
  afterEach(() => (hook = undefined));

  it("put back all rows of a refused softRemove(), whatever another subscriber deletes in its hook", async () => {
    const manager = await open();
    hook = (inside) => inside.softDelete(Owner, 3);
    await manager.transaction(async (own) => {
      const rows = await own.find(Owner, { where: [{ id: 1 }, { id: 2 }], order: { id: "DESC" } });
      await expect(own.softRemove(rows)).rejects.toThrow(SoftDeleteRestrictedError);
    });
    expect(await deleted(manager)).toEqual([3]);
    expect(await manager.count(Pet)).toBe(1);
  });

  it("keep the laws where another subscriber's hook throws, and the caller commits", async () => {
    const manager = await open();
    hook = () => Promise.reject(new Error("hook"));
    await manager.transaction(async (own) => {
      await own.softRemove(Owner, [{ id: 2 }, { id: 1 }]).catch(() => undefined);
    });
    expect(await deleted(manager)).toEqual([]);
    expect([await manager.count(Owner), await manager.count(Pet)]).toEqual([3, 1]);
  });

  it("answer no later statement with the refusal of an update()", async () => {
    const manager = await open();
    await manager.transaction(async (own) => {
      const refused = own.update(Owner, 1, { deletedAt: () => "NOW() + 1" });
      await expect(refused).rejects.toThrow(SoftDeleteCriteriaError);
      await own.query("UPDATE pet SET id = 7 WHERE id = 2");
      await own.query("UPDATE owner SET name = 'raw' WHERE id = 2");
    });
    expect(await manager.countBy(Owner, { name: "raw" })).toBe(1);
  });

  it("delete the rest by updateAll() where some rows are deleted", async () => {
    const manager = await open();
    await manager.delete(Contract, { id: 1 });
    await manager.softDelete(Owner, 3);
    const at = new Date("2024-02-02T00:00:00.000Z");
    await manager.updateAll(Owner, { deletedAt: at });
    expect(await deleted(manager)).toEqual([1, 2, 3]);
    expect(await manager.count(Pet)).toBe(0);
  });

  it("leave a connection usable whose transaction ends while an insert of a deleted row goes on", async () => {
    const manager = await open();
    const ended = manager.transaction((own) =>
      Promise.all([
        own.insert(Owner, { id: 9, deletedAt: new Date() }),
        Promise.reject(new Error("mine")),
      ]),
    );
    await expect(ended).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await manager.insert(Owner, { id: 10 });
    expect(await manager.countBy(Owner, { id: 10 })).toBe(1);
  });
});
