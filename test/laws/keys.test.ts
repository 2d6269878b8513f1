import {
  Account,
  Avatar,
  Category,
  City,
  Country,
  Invoice,
  InvoiceLine,
  KEYS,
} from "./key-entities";
import { describeLaw } from "./world";

describeLaw("Keys of other kinds", KEYS, (world) => {
  it("cascades over a composite foreign key that is part of the child's primary key", async () => {
    const keys = ["ann", "bob"].flatMap((tenant) => [1, 2].map((number) => ({ tenant, number })));
    await world.insert(Invoice, keys);
    await world.insert(
      InvoiceLine,
      keys.flatMap(({ tenant, number }) =>
        [1, 2, 3].map((position) => ({ tenant, invoiceNumber: number, position })),
      ),
    );
    const { softDeletes } = world;
    const before = await world.content();

    const one = await softDeletes.softDelete(Invoice, { tenant: "ann", number: 1 });
    expect(one.counts).toEqual({ Invoice: 1, InvoiceLine: 3 });
    const others = await softDeletes.softDelete(Invoice, [
      { tenant: "ann", number: 2 },
      { tenant: "bob", number: 1 },
    ]);
    expect(others.counts).toEqual({ Invoice: 2, InvoiceLine: 6 });
    const left = (await world.rows(InvoiceLine)).filter((line) => !line.isDeleted);
    expect(left.map((line) => [line.tenant, line.invoiceNumber])).toEqual([
      ["bob", 2],
      ["bob", 2],
      ["bob", 2],
    ]);

    await softDeletes.restore(Invoice, { tenant: "ann" });
    expect(await softDeletes.restoreDeletion(others.deletionId ?? "")).toMatchObject({
      affected: 1,
      counts: { Invoice: 1, InvoiceLine: 3 },
    });
    expect(await world.content()).toEqual(before);
  });

  it("cascades over a foreign key to a unique column", async () => {
    await world.insert(Country, [
      { id: 1, code: "is" },
      { id: 2, code: "no" },
    ]);
    await world.insert(City, [
      { id: 1, countryCode: "is" },
      { id: 2, countryCode: "no" },
      { id: 3, countryCode: "is" },
    ]);
    const { softDeletes } = world;
    const before = await world.content();

    const { counts } = await softDeletes.softDelete(Country, { code: "is" });
    expect(counts).toEqual({ Country: 1, City: 2 });
    expect(await world.active(City)).toEqual([2]);

    await expect(softDeletes.restore(City, 1)).rejects.toMatchObject({
      code: "PARENT_DELETED",
      parents: [{ relation: "City.country", entity: "Country", id: { id: 1 } }],
    });
    expect(await softDeletes.restore(Country, 1)).toMatchObject({ counts });
    expect(await world.content()).toEqual(before);
  });

  it("cascades through a tree by a unique column, with composite primary keys", async () => {
    const codes = [null, "a", "b", "b", "a", null];
    await world.insert(
      Category,
      codes.map((parentCode, at) => ({ shop: 7, id: at, code: "abcdef"[at], parentCode })),
    );
    const { softDeletes } = world;
    const before = await world.content();

    const inner = await softDeletes.softDelete(Category, { code: "c" });
    expect(inner.total).toBe(1);
    const { deletionId, total } = await softDeletes.softDelete(Category, { shop: 7, id: 0 });
    expect(total).toBe(4);
    expect(await world.active(Category)).toEqual([5]);

    const restored = await softDeletes.restore(Category, { code: "d" }, { parents: "restore" });
    expect(restored).toMatchObject({ affected: 1, counts: { Category: 3 } });
    expect(await world.active(Category)).toEqual([0, 1, 3, 5]);
    await softDeletes.restoreDeletion(deletionId ?? "");
    await softDeletes.restoreDeletion(inner.deletionId ?? "");
    expect(await world.content()).toEqual(before);
  });

  it("cascades to the row that a foreign key refers to, where TypeORM's cascade says so", async () => {
    await world.insert(Avatar, [{ id: 1 }, { id: 2 }]);
    await world.insert(Account, [
      { id: 1, avatarId: 1 },
      { id: 2, avatarId: 2 },
      { id: 3, avatarId: null },
    ]);
    const { softDeletes } = world;
    const before = await world.content();

    expect((await softDeletes.softDelete(Account, 1)).counts).toEqual({ Account: 1, Avatar: 1 });
    expect(await world.active(Avatar)).toEqual([2]);

    await softDeletes.restore(Account, 1);
    expect(await world.content()).toEqual(before);
  });
});
