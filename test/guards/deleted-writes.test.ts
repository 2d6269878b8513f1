import type { DataSource } from "typeorm";

import { DeletedEntityWriteError, getSoftDeleteRepository, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { Cat, ENTITIES, Owner, Plain, Tag } from "./entities";

describeEachDatabase('writesToDeleted: "forbid"', (database) => {
  async function open(writesToDeleted: "allow" | "forbid"): Promise<[DataSource, Cat]> {
    const ds = await database.open(ENTITIES, {
      subscribers: [SoftDeleteSubscriber.with({ writesToDeleted })],
    });
    const cats = getSoftDeleteRepository(ds, Cat);
    const saved = await cats.save({ name: "tom" });
    await cats.softDelete(saved.id);
    return [ds, await cats.withDeleted().findOneByOrFail({ id: saved.id })];
  }

  it("refuses save() of a deleted row, and writes nothing", async () => {
    const [ds, cat] = await open("forbid");
    cat.name = "changed";
    const error: unknown = await ds.manager.save(cat).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DeletedEntityWriteError);
    expect(error).toMatchObject({
      code: "DELETED_ENTITY_WRITE",
      entity: "Cat",
      id: { id: cat.id },
    });
    expect((error as Error).message).toContain(`Cat "${cat.id}" cannot be saved`);
    const kept = await ds.manager.findOneOrFail(Cat, { where: { id: cat.id }, withDeleted: true });
    expect(kept.name).toBe("tom");
  });

  it("refuses save() of an object that does not know that its row is deleted", async () => {
    const [ds, cat] = await open("forbid");
    const saving = ds.manager.save(Cat, [{ name: "new" }, { id: cat.id, name: "changed" }]);
    await expect(saving).rejects.toMatchObject({ code: "DELETED_ENTITY_WRITE" });
    expect(await ds.manager.count(Cat)).toBe(0);
  });

  it("refuses a cascade of save() into a deleted row", async () => {
    const [ds, cat] = await open("forbid");
    cat.name = "changed";
    const owner = ds.manager.create(Owner, { name: "ada", cats: [cat] });
    await expect(ds.manager.save(owner)).rejects.toMatchObject({ code: "DELETED_ENTITY_WRITE" });
    expect(await ds.manager.count(Owner)).toBe(0);
  });

  it("lets every way of restoring work", async () => {
    const [ds, cat] = await open("forbid");
    const cats = getSoftDeleteRepository(ds, Cat);
    cat.deletedAt = null;
    cat.name = "back";
    await ds.manager.save(cat);
    expect(await cats.findOneByOrFail({ id: cat.id })).toMatchObject({ name: "back" });
    for (const restore of [
      () => ds.manager.recover(cat),
      () => ds.manager.restore(Cat, cat.id),
      () => cats.restore(cat.id),
      () => cats.recover(cat),
    ]) {
      await ds.manager.softRemove(cat);
      expect(await cats.count()).toBe(0);
      await restore();
      expect(await cats.count()).toBe(1);
    }
  });

  it("lets save() delete an active row, and change active and other rows", async () => {
    const [ds] = await open("forbid");
    const tag = await ds.manager.save(Tag, { name: "x" });
    await ds.manager.save(Tag, { id: tag.id, name: "y" });
    await ds.manager.save(Tag, { id: tag.id, deletedAt: new Date() });
    expect(await ds.manager.count(Tag)).toBe(0);
    const plain = await ds.manager.save(Plain, { name: "p" });
    await ds.manager.save(Plain, { id: plain.id, name: "q" });
    expect(await ds.manager.findOneByOrFail(Plain, { id: plain.id })).toMatchObject({ name: "q" });
  });

  it("does not cover update(criteria)", async () => {
    const [ds, cat] = await open("forbid");
    expect(await ds.manager.update(Cat, cat.id, { name: "changed" })).toMatchObject({
      affected: 1,
    });
  });

  it('of "allow" lets save() change a deleted row', async () => {
    const [ds, cat] = await open("allow");
    cat.name = "changed";
    await ds.manager.save(cat);
    expect(
      await ds.manager.findOneOrFail(Cat, { where: { id: cat.id }, withDeleted: true }),
    ).toMatchObject({ name: "changed", deletionId: cat.deletionId });
  });
});
