import { EventSubscriber, type EntitySubscriberInterface } from "typeorm";

import { SoftDeleteConfigurationError, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import { Cat, ENTITIES, Owner, Plain } from "./entities";

/** Listens to everything and does nothing: that alone makes TypeORM order the columns of some UPDATEs anew. */
@EventSubscriber()
class Bystander implements EntitySubscriberInterface {
  beforeUpdate(): void {
    // Does nothing.
  }
}

type Subscribers = (new () => object)[];

describeEachDatabase("the guards' cost", (database) => {
  async function plain(subscribers: Subscribers): Promise<string[]> {
    const ds = await database.open(ENTITIES, { subscribers });
    const statements = await statementsOf(ds, async () => {
      await ds.manager.insert(Plain, { name: "a" });
      const parent = await ds.manager.save(Plain, { name: "b" });
      const child = await ds.manager.save(ds.manager.create(Plain, { name: "c", parent }));
      const [found] = await ds.manager.find(Plain, {
        where: { id: child.id },
        relations: { parent: true, children: true },
      });
      found!.name = "d";
      await ds.manager.save(found);
      await ds.manager.update(Plain, child.id, { name: "e" });
      await ds.manager.remove(found);
      await ds.manager.delete(Plain, parent.id);
      await ds.manager.clear(Plain);
    });
    await ds.destroy();
    return statements;
  }

  it("is nothing for entities that cannot be soft-deleted, with the defaults or with all of them on", async () => {
    const without = await plain([]);
    expect(without.length).toBeGreaterThan(15);
    expect(await plain([SoftDeleteSubscriber])).toEqual(without);
    const all = SoftDeleteSubscriber.with({
      hardDelete: "forbid",
      writesToDeleted: "forbid",
      guardReferences: true,
    });
    expect(await plain([all])).toEqual(without);
  });

  async function soft(subscribers: Subscribers): Promise<string[]> {
    const ds = await database.open(ENTITIES, { subscribers });
    const statements = await statementsOf(ds, async () => {
      const owner = await ds.manager.save(Owner, { name: "a" });
      await ds.manager.insert(Cat, { id: ID, name: "b", owner });
      const cat = await ds.manager.findOneOrFail(Cat, {
        where: { id: ID },
        relations: { owner: true, tags: true },
      });
      cat.name = "c";
      await ds.manager.save(cat);
      await ds.manager.update(Cat, ID, { owner });
      await ds.manager.remove(cat);
    });
    await ds.destroy();
    return statements;
  }

  it("is nothing for soft-deletable entities while they are off", async () => {
    const without = await soft([Bystander]);
    expect(await soft([SoftDeleteSubscriber])).toEqual(without);
    const off = SoftDeleteSubscriber.with({
      hardDelete: "allow",
      writesToDeleted: "allow",
      guardReferences: false,
      preserveReferences: false,
    });
    expect(await soft([off])).toEqual(without);
    const guarded = await soft([SoftDeleteSubscriber.with({ guardReferences: true })]);
    expect(guarded.length).toBeGreaterThan(without.length);
  });
});

const ID = "5e8f2d3c-6f0b-4a53-9a0e-6f3f4f0e8a11";

describe("SoftDeleteSubscriber.with", () => {
  const invalid = [
    { hardDelete: "deny" },
    { hardDelete: true },
    { writesToDeleted: false },
    { writesToDeleted: "" },
    { guardReferences: "forbid" },
    { guardReferences: 1 },
    { preserveReferences: null },
  ];
  it.each(invalid)("refuses %j, naming the option", (options) => {
    const [name = ""] = Object.keys(options);
    const call = (): unknown => SoftDeleteSubscriber.with(options as never);
    expect(call).toThrow(SoftDeleteConfigurationError);
    expect(call).toThrow(name);
  });

  it("takes the values of each option, and undefined", () => {
    const call = (): unknown =>
      SoftDeleteSubscriber.with({
        hardDelete: "forbid",
        writesToDeleted: "allow",
        guardReferences: true,
        preserveReferences: false,
        ...({ clock: undefined } as object),
      });
    expect(call).not.toThrow();
  });
});
