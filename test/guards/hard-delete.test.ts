import { Entity, In, Index, ManyToOne, PrimaryGeneratedColumn, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  HardDeleteForbiddenError,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, later, statementsOf } from "../harness";
import { Cat, ENTITIES, Owner, Plain, Tag, Visit } from "./entities";

describeEachDatabase('hardDelete: "forbid"', (database) => {
  let ds: DataSource;
  let owner: Owner;
  let cat: Cat;
  beforeAll(async () => {
    ds = await database.open(ENTITIES, {
      subscribers: [SoftDeleteSubscriber.with({ hardDelete: "forbid" })],
    });
  });
  beforeEach(async () => {
    owner = await ds.manager.save(ds.manager.create(Owner, { name: "ada" }));
    cat = await ds.manager.save(ds.manager.create(Cat, { name: "tom", owner, tags: [] }));
  });

  const calls: [string, () => Promise<unknown>][] = [
    ["remove()", () => ds.manager.remove(cat)],
    ["delete() by id", () => ds.manager.delete(Cat, cat.id)],
    ["delete() by criteria", () => ds.getRepository(Cat).delete({ owner: { id: owner.id } })],
    ["deleteAll()", () => ds.manager.deleteAll(Cat)],
    [
      "the query builder's delete()",
      () => ds.createQueryBuilder().delete().from(Cat).where({ id: cat.id }).execute(),
    ],
    [
      "the query builder's delete() of all rows",
      () => ds.createQueryBuilder().delete().from(Cat).execute(),
    ],
    ["clear()", () => ds.getRepository(Cat).clear()],
    [
      'orphanedRowAction: "delete"',
      async () => {
        owner.cats = [];
        await ds.manager.save(owner);
      },
    ],
  ];

  for (const [name, call] of calls) {
    it(`refuses ${name}, and removes nothing`, async () => {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(HardDeleteForbiddenError);
      expect(error).toMatchObject({ code: "HARD_DELETE_FORBIDDEN", entity: "Cat" });
      expect((error as Error).message).toMatch(/^Cat cannot .*softRemove\(\).*forceDelete\(\)/);
      expect(await ds.manager.countBy(Cat, { id: cat.id })).toBe(1);
    });
  }

  it("leaves entities that cannot be soft-deleted alone", async () => {
    const [a, b, c] = await ds.manager.save(Plain, [{ name: "a" }, { name: "b" }, { name: "c" }]);
    await ds.manager.remove(Plain, a!);
    await ds.manager.delete(Plain, b!.id);
    await ds.createQueryBuilder().delete().from(Plain).where({ id: c!.id }).execute();
    expect(await ds.manager.count(Plain)).toBe(0);
    await ds.manager.save(Visit, { name: "v" });
    await ds.manager.clear(Visit);
    expect(await ds.manager.count(Visit)).toBe(0);
  });

  it("lets save() remove junction rows", async () => {
    cat.tags = await ds.manager.save(Tag, [{ name: "x" }]);
    await ds.manager.save(cat);
    cat.tags = [];
    await ds.manager.save(cat);
    const found = await ds.manager.findOneOrFail(Cat, {
      where: { id: cat.id },
      relations: { tags: true },
    });
    expect(found.tags).toEqual([]);
  });

  it("lets softRemove(), forceDelete(), forceRemove() and purge() work", async () => {
    const cats = getSoftDeleteRepository(ds, Cat);
    await ds.manager.softRemove(cat);
    expect(await cats.onlyDeleted().countBy({ id: cat.id })).toBe(1);
    await cats.forceDelete(cat.id);
    const other = await cats.save({ name: "other" });
    await cats.forceRemove(other);
    const third = await cats.save({ name: "third" });
    await cats.softDelete(third.id);
    await new SoftDeleteManager(ds).purge(Cat, { olderThan: await later() });
    const ids = [cat.id, other.id, third.id];
    expect(await cats.withDeleted().countBy({ id: In(ids) })).toBe(0);
  });
});

@Entity("kennel")
class Kennel {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity("dog")
class Dog extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Kennel, { onDelete: "CASCADE" }) kennel!: Kennel;
}

describeEachDatabase('hardDelete: "forbid" and the cascade of a database', (database) => {
  it("does not see what that removes, and check() warns of it", async () => {
    const ds = await database.open([Kennel, Dog], {
      subscribers: [SoftDeleteSubscriber.with({ hardDelete: "forbid" })],
    });
    const kennel = await ds.manager.save(ds.manager.create(Kennel));
    await ds.manager.save(Dog, { kennel });

    await ds.manager.delete(Kennel, kennel.id);

    expect(await ds.manager.count(Dog, { withDeleted: true })).toBe(0);
    const findings = await new SoftDeleteManager(ds).check();
    expect(findings).toContainEqual(
      expect.objectContaining({ code: "database-cascade", entity: "Dog" }),
    );
  });
});

describeEachDatabase('hardDelete: "allow"', (database) => {
  it("lets TypeORM remove rows with the statements that it needs without the subscriber", async () => {
    const run = async (subscribers: (typeof SoftDeleteSubscriber)[]): Promise<string[]> => {
      const ds = await database.open(ENTITIES, { subscribers });
      const [a, b] = await ds.manager.save(Tag, [{ name: "a" }, { name: "b" }]);
      const statements = await statementsOf(ds, async () => {
        await ds.manager.remove(Tag, a!);
        await ds.manager.delete(Tag, b!.id);
      });
      expect(await ds.manager.count(Tag)).toBe(0);
      await ds.destroy();
      return statements;
    };
    expect(await run([SoftDeleteSubscriber])).toEqual(await run([]));
  });
});
