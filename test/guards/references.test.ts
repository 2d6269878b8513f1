import type { DataSource, EntityManager } from "typeorm";

import { getSoftDeleteRepository, ParentDeletedError, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import { Cat, ENTITIES, Owner, Plain, Room, Site, Visit } from "./entities";

describeEachDatabase("guardReferences", (database) => {
  let ds: DataSource;
  let active: Owner;
  let gone: Owner;
  beforeAll(async () => {
    ds = await database.open(ENTITIES, {
      subscribers: [SoftDeleteSubscriber.with({ guardReferences: true })],
    });
  });
  beforeEach(async () => {
    for (const entity of [Cat, Visit, Room])
      await ds.createQueryBuilder().delete().from(entity).execute();
    active = await ds.manager.save(ds.manager.create(Owner, { name: "a" }));
    gone = await ds.manager.save(ds.manager.create(Owner, { name: "g" }));
    await getSoftDeleteRepository(ds, Owner).softDelete(gone.id);
  });

  /** Active rows below deleted parents, and all rows. */
  async function rows(): Promise<[violating: number, all: number]> {
    const cats = await ds.manager.find(Cat, { relations: { owner: true }, withDeleted: true });
    const visits = await ds.manager.find(Visit, { relations: { owner: true }, withDeleted: true });
    const violating = [
      ...cats.filter((cat) => !cat.isDeleted && cat.owner?.isDeleted),
      ...visits.filter((visit) => visit.owner?.isDeleted),
    ];
    return [violating.length, cats.length + visits.length];
  }

  const inserts: [string, string, () => Promise<unknown>][] = [
    ["save()", "Cat", () => ds.manager.save(Cat, { name: "x", owner: gone })],
    [
      "save() of a list",
      "Cat",
      () =>
        ds.manager.save(Cat, [
          { name: "x", owner: active },
          { name: "y", owner: gone },
        ]),
    ],
    ["insert()", "Cat", () => ds.manager.insert(Cat, { name: "x", owner: { id: gone.id } })],
    [
      "insert() of a list",
      "Cat",
      () => ds.manager.insert(Cat, [{ name: "x" }, { name: "x", owner: gone }]),
    ],
    [
      "the query builder's insert()",
      "Visit",
      () =>
        ds
          .createQueryBuilder()
          .insert()
          .into(Visit)
          .values({ name: "x", ownerId: gone.id })
          .execute(),
    ],
    [
      "save() by the foreign key's own property",
      "Visit",
      () => ds.manager.save(Visit, { name: "x", ownerId: gone.id }),
    ],
    [
      "save() through the parent's list",
      "Cat",
      () => {
        const parent = ds.manager.create(Owner, {
          id: gone.id,
          cats: [ds.manager.create(Cat, { name: "x" })],
        });
        return ds.manager.save(parent);
      },
    ],
  ];
  for (const [name, entity, call] of inserts) {
    it(`refuses ${name} of a new row below a deleted parent`, async () => {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ParentDeletedError);
      expect(error).toMatchObject({
        code: "PARENT_DELETED",
        parents: [{ relation: `${entity}.owner`, entity: "Owner", id: { id: gone.id } }],
      });
      expect((error as Error).message).toMatch(new RegExp(`^An active ${entity} cannot refer to `));
      expect(await rows()).toEqual([0, 0]);
    });
  }

  it.each(["by themselves", "in one transaction"])(
    "refuses of the inserts of one turn those alone that refer to a deleted parent, %s",
    async (how) => {
      const insert = (manager: EntityManager) =>
        Promise.allSettled(
          [active, gone, active].map((owner) => manager.insert(Cat, { name: "x", owner })),
        );
      const outcomes = await (how === "by themselves"
        ? insert(ds.manager)
        : ds.transaction((manager) => insert(manager)));
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(await ds.manager.count(Cat)).toBe(2);
    },
  );

  it("refuses to point an active row at a deleted parent, and writes nothing", async () => {
    const cat = await ds.manager.save(Cat, { name: "x", owner: active });
    const visit = await ds.manager.save(Visit, { name: "x", owner: active });
    for (const call of [
      () => ds.manager.save(Cat, { id: cat.id, owner: gone }),
      () => ds.manager.update(Cat, cat.id, { owner: gone }),
      () => ds.manager.update(Visit, visit.id, { ownerId: gone.id }),
      () =>
        ds
          .createQueryBuilder()
          .update(Visit)
          .set({ owner: gone })
          .where({ id: visit.id })
          .execute(),
      () => ds.manager.save(Visit, { id: visit.id, ownerId: gone.id }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "PARENT_DELETED" });
      expect(await rows()).toEqual([0, 2]);
    }
  });

  it("refuses a reference over several columns", async () => {
    const [a, b] = await ds.manager.save(Site, [
      { country: "A", code: Math.trunc(Math.random() * 1e9) },
      { country: "B", code: 1 },
    ]);
    await getSoftDeleteRepository(ds, Site).softDelete({ country: "A", code: a!.code });
    await expect(ds.manager.insert(Room, { name: "r", site: a! })).rejects.toMatchObject({
      parents: [{ relation: "Room.site", id: { country: "A", code: a!.code } }],
    });
    await ds.manager.insert(Room, { name: "r", site: b! });
    expect(await ds.manager.count(Room)).toBe(1);
  });

  it("lets rows refer to active parents, to new ones, and to none", async () => {
    await ds.manager.save(Cat, { name: "x", owner: active });
    await ds.manager.insert(Cat, { name: "x", owner: null });
    await ds.manager.save(ds.manager.create(Owner, { name: "new", cats: [{ name: "y" }] }));
    await ds.manager.insert(Visit, { name: "x" });
    expect(await rows()).toEqual([0, 4]);
  });

  it("lets a deleted row refer to a deleted parent, and be saved", async () => {
    const cats = getSoftDeleteRepository(ds, Cat);
    const { id } = await cats.save({ name: "x", owner: gone, deletedAt: new Date() });
    await cats.save({ id, name: "y" });
    expect(await rows()).toEqual([0, 1]);
    await expect(cats.save({ id, deletedAt: null })).rejects.toMatchObject({
      code: "PARENT_DELETED",
    });
    expect(await cats.count()).toBe(0);
  });

  it("lets a row be saved whose deleted parent had loaded as null", async () => {
    const visit = await ds.manager.save(Visit, { name: "x", owner: active });
    await ds
      .createQueryBuilder()
      .update(Owner)
      .set({ deletedAt: new Date() })
      .where({ id: active.id })
      .callListeners(false)
      .execute();
    const loaded = await ds.manager.findOneOrFail(Visit, {
      where: { id: visit.id },
      relations: { owner: true },
    });
    expect(loaded.owner).toBeNull();
    loaded.name = "y";
    await ds.manager.save(loaded);
    expect(await ds.manager.findOneByOrFail(Visit, { id: visit.id })).toMatchObject({
      name: "y",
      ownerId: active.id,
    });
  });

  it("costs the same number of statements for 2 and for 200 rows", async () => {
    const cost = async (count: number): Promise<number[]> => {
      const list = Array.from({ length: count }, () => ({ name: "x", owner: active }));
      const created = ds.manager.create(Cat, list);
      const [saved, inserted] = [
        await statementsOf(ds, () => ds.manager.save(created)),
        await statementsOf(ds, () => ds.manager.insert(Cat, list)),
      ];
      const checks = /FROM .owner. p/;
      expect(saved.filter((text) => checks.test(text))).toHaveLength(1);
      return [saved.filter((text) => !/INSERT|SELECT .Cat/.test(text)).length, inserted.length];
    };
    expect(await cost(200)).toEqual(await cost(2));
  });

  it("costs nothing where nothing refers to a parent, or no reference changes", async () => {
    const cat = await ds.manager.save(Cat, { name: "x", owner: active });
    const statements = await statementsOf(ds, async () => {
      await ds.manager.insert(Plain, { name: "x" });
      await ds.manager.insert(Cat, { name: "x" });
      await ds.manager.save(Cat, { id: cat.id, name: "y", owner: active });
    });
    expect(statements.filter((text) => /FROM .owner. /.test(text))).toEqual([]);
  });
});
