import { In, type DataSource } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { Bookmark, Customer, Folder, Invoice, Line, Order, SHOP } from "../removal/shop";

describeEachDriver("previewSoftDelete", (database) => {
  const open = (): Promise<DataSource> =>
    database.open(SHOP, { subscribers: [SoftDeleteSubscriber] });

  async function seed(ds: DataSource): Promise<Customer[]> {
    const customers = await ds.manager.save(Customer, [
      { name: "a" },
      { name: "b" },
      { name: "c" },
    ]);
    for (const customer of customers) {
      for (let n = 0; n < 3; n++) {
        const { id } = await ds.manager.save(Order, { name: String(n), customer });
        await ds.manager.insert(
          Line,
          [0, 1].map((position) => ({ orderId: id, position })),
        );
        await ds.manager.save(Invoice, { order: { id } });
        if (n === 0) await new SoftDeleteManager(ds).softDelete(Order, id);
      }
    }
    return customers;
  }

  it("equals what softDelete then does, by id, list and where", async () => {
    const ds = await open();
    const [a, b, c] = await seed(ds);
    const manager = new SoftDeleteManager(ds);
    for (const criteria of [
      a!.id,
      [a!.id, b!.id],
      { id: In([a!.id, c!.id]) },
      { name: "nobody" },
    ]) {
      const { counts, total, restrictedBy } = await manager.previewSoftDelete(Customer, criteria);
      const done = await manager.softDelete(Customer, criteria);
      expect(counts).toEqual(done.counts);
      expect(total).toBe(done.total);
      expect(restrictedBy).toEqual([]);
    }
  });

  it("follows trees and cycles over two tables", async () => {
    const ds = await open();
    const root = await ds.manager.save(ds.manager.create(Folder));
    const child = await ds.manager.save(ds.manager.create(Folder, { parent: root }));
    const bookmark = await ds.manager.save(Bookmark, { folder: child });
    await ds.manager.update(Folder, root.id, { bookmark });
    await ds.manager.save(ds.manager.create(Folder, { bookmark }));
    const manager = new SoftDeleteManager(ds);
    const { counts } = await manager.previewSoftDelete(Folder, child.id);
    expect(counts).toEqual({ Folder: 3, Bookmark: 1 });
    expect((await manager.softDelete(Folder, child.id)).counts).toEqual(counts);
  });

  it("lists active RESTRICT children, with count and samples, and not those that go along", async () => {
    const ds = await open();
    const customer = await ds.manager.save(Customer, { name: "a" });
    const { id } = await ds.manager.save(Order, { name: "o", customer });
    await ds.manager.save(Invoice, { customer, order: { id } });
    const blocking = await ds.manager.save(Invoice, { customer });
    const gone = await ds.manager.save(Invoice, { customer });
    const manager = new SoftDeleteManager(ds);
    await manager.softDelete(Invoice, gone.id);

    const preview = await manager.previewSoftDelete(Customer, customer.id);
    expect(preview.restrictedBy).toEqual([
      { relation: "Invoice.customer", count: 1, sampleIds: [{ id: blocking.id }] },
    ]);
    await expect(manager.softDelete(Customer, customer.id)).rejects.toMatchObject({
      code: "SOFT_DELETE_RESTRICTED",
      relation: "Invoice.customer",
      count: 1,
      sampleIds: [{ id: blocking.id }],
    });
  });

  it("is one SELECT and writes nothing", async () => {
    const ds = await open();
    const [a] = await seed(ds);
    const statements = await statementsOf(ds, () =>
      new SoftDeleteManager(ds).previewSoftDelete(Customer, a!.id),
    );
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatch(/\bSELECT\b/);
    expect(statements[0]).not.toMatch(/\b(UPDATE|INSERT|DELETE)\b/);
    expect(await ds.manager.count(Customer)).toBe(3);
  });

  it("holds for criteria that no single statement holds, and still writes nothing", async () => {
    const ds = await open();
    const [a, b] = await seed(ds);
    const manager = new SoftDeleteManager(ds);
    const criteria = [...Array.from({ length: 40_000 }, (_, n) => 1_000_000 + n), a!.id, b!.id];
    const { counts } = await manager.previewSoftDelete(Customer, criteria);
    expect(await ds.manager.count(Customer)).toBe(3);
    expect((await manager.softDelete(Customer, criteria)).counts).toEqual(counts);
    expect(counts).toMatchObject({ Customer: 2, Order: 4 });
  });
});
