import { Like, type DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { Bookmark, Customer, Folder, Invoice, Line, Order, SHOP, Tag, Visit } from "./shop";

describeEachDriver("forceDelete", (database) => {
  const open = (): Promise<DataSource> =>
    database.open(SHOP, { subscribers: [SoftDeleteSubscriber] });

  async function order(ds: DataSource, customer: Customer | null, lines = 2): Promise<Order> {
    const saved = await ds.manager.save(Order, { name: "order", customer });
    for (let position = 0; position < lines; position++) {
      await ds.manager.insert(Line, { orderId: saved.id, position });
    }
    return saved;
  }

  async function rows(ds: DataSource): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const entity of SHOP)
      counts[entity.name] = await ds.manager.count<object>(entity, { withDeleted: true });
    return counts;
  }

  it("of a parent removes its children first, active and deleted ones, and nobody else's", async () => {
    const ds = await open();
    const [mine, other] = await ds.manager.save(Customer, [{ name: "mine" }, { name: "other" }]);
    const gone = await order(ds, mine!);
    await order(ds, mine!);
    await order(ds, other!);
    await getSoftDeleteRepository(ds, Order).softDelete(gone.id);

    const result = await getSoftDeleteRepository(ds, Customer).forceDelete(mine!.id);
    expect(result).toMatchObject({
      affected: 1,
      counts: { Customer: 1, Order: 2, Line: 4 },
      total: 7,
    });
    expect(await rows(ds)).toMatchObject({ Customer: 1, Order: 1, Line: 2 });
  });

  it("costs the same number of statements for 10 and for 1,000 children", async () => {
    const ds = await open();
    const counts: number[] = [];
    for (const children of [10, 1000]) {
      const customer = await ds.manager.save(Customer, { name: "many" });
      const orders = Array.from({ length: children }, () => ({ name: "order", customer }));
      await ds.manager.save(Order, orders, { chunk: 100 });
      const statements = await statementsOf(ds, () =>
        getSoftDeleteRepository(ds, Customer).forceDelete(customer.id),
      );
      counts.push(statements.length);
    }
    expect(counts[0]).toBe(counts[1]);
    expect(await rows(ds)).toMatchObject({ Customer: 0, Order: 0 });
  });

  it("on onlyDeleted() leaves every active row alone, whatever the criteria", async () => {
    const ds = await open();
    const customers = getSoftDeleteRepository(ds, Customer);
    const [active, deleted] = await customers.save([{ name: "a" }, { name: "b" }]);
    await customers.softDelete(deleted!.id);
    const trash = customers.onlyDeleted();

    for (const criteria of [
      active!.id,
      [active!.id],
      { id: active!.id },
      [{ name: "a" }, { id: active!.id }],
    ]) {
      expect((await trash.forceDelete(criteria as number)).affected).toBe(0);
    }
    expect((await trash.forceDelete([{ name: Like("%") }, { id: active!.id }])).affected).toBe(1);
    await trash.forceRemove(active!);
    expect(await customers.withDeleted().find()).toMatchObject([
      { id: active!.id, deletedAt: null },
    ]);
  });

  it("on onlyDeleted() does not take an active child along", async () => {
    const ds = await open();
    const customer = await ds.manager.save(Customer, { name: "c" });
    const child = await order(ds, customer);
    await ds.manager.query(
      `UPDATE ${ds.driver.escape("customer")} SET ${ds.driver.escape("deletedAt")} = CURRENT_TIMESTAMP`,
    );

    const removal = getSoftDeleteRepository(ds, Customer).onlyDeleted().forceDelete(customer.id);
    await expect(removal).rejects.toMatchObject({
      code: "STILL_REFERENCED",
      relation: "Order.customer",
      count: 1,
    });
    expect(await ds.manager.findOneBy(Order, { id: child.id })).not.toBeNull();
  });

  it("is refused by an active RESTRICT child, and not by one that goes with the same call", async () => {
    const ds = await open();
    const customer = await ds.manager.save(Customer, { name: "c" });
    const placed = await order(ds, customer);
    const invoice = await ds.manager.save(Invoice, { customer, order: null });
    const customers = getSoftDeleteRepository(ds, Customer);

    await expect(customers.forceDelete(customer.id)).rejects.toMatchObject({
      code: "SOFT_DELETE_RESTRICTED",
      message: expect.stringContaining("cannot be removed for good: ") as string,
      relation: "Invoice.customer",
      count: 1,
      sampleIds: [{ id: invoice.id }],
    });
    expect(await rows(ds)).toMatchObject({ Customer: 1, Order: 1, Line: 2, Invoice: 1 });

    await ds.manager.update(Invoice, invoice.id, { order: placed });
    expect((await customers.forceDelete(customer.id)).counts).toEqual({
      Customer: 1,
      Order: 1,
      Line: 2,
      Invoice: 1,
    });
  });

  it("that a foreign key refuses names the relation, and removes nothing", async () => {
    const ds = await open();
    const customer = await ds.manager.save(Customer, { name: "c" });
    await order(ds, customer);
    const visit = await ds.manager.save(Visit, { customer });

    const error: unknown = await getSoftDeleteRepository(ds, Customer)
      .forceDelete(customer.id)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "STILL_REFERENCED",
      relation: "Visit.customer",
      count: 1,
      sampleIds: [{ id: visit.id }],
    });
    expect((error as Error).cause).toBeDefined();
    expect(await rows(ds)).toMatchObject({ Customer: 1, Order: 1, Line: 2 });
  });

  it("takes junction rows with the row they belong to, and not what they refer to", async () => {
    const ds = await open();
    const tag = await ds.manager.save(Tag, { name: "t" });
    const first = await ds.manager.save(Order, { name: "o", tags: [tag] });
    await ds.manager.save(Order, { name: "p", tags: [tag] });
    await getSoftDeleteRepository(ds, Order).forceDelete(first.id);
    const [left] = await ds.manager.find(Order, { relations: { tags: true } });
    expect(left!.tags).toHaveLength(1);
    expect(await ds.manager.query(`SELECT * FROM order_tags_tag`)).toHaveLength(1);
  });

  it("of a tree with cycles over two tables removes all of it, and ends", async () => {
    const ds = await open();
    const root = await ds.manager.save(ds.manager.create(Folder));
    let parent = root;
    for (let depth = 0; depth < 30; depth++)
      parent = await ds.manager.save(ds.manager.create(Folder, { parent }));
    const bookmark = await ds.manager.save(Bookmark, { folder: parent });
    await ds.manager.update(Folder, root.id, { bookmark });
    await ds.manager.save(ds.manager.create(Folder, { bookmark }));
    await ds.manager.save(ds.manager.create(Folder));

    const result = await new SoftDeleteManager(ds).forceDelete(Folder, root.id);
    expect(result).toMatchObject({ affected: 1, counts: { Folder: 32, Bookmark: 1 } });
    expect(await rows(ds)).toMatchObject({ Folder: 1, Bookmark: 0 });
  });

  it("in a caller's transaction rolls back with it", async () => {
    const ds = await open();
    const customer = await ds.manager.save(Customer, { name: "c" });
    await order(ds, customer);
    const failing = ds.transaction(async (manager) => {
      await getSoftDeleteRepository(manager, Customer).forceDelete(customer.id);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await rows(ds)).toMatchObject({ Customer: 1, Order: 1, Line: 2 });
  });

  it("refuses empty criteria and does nothing for an empty list", async () => {
    const ds = await open();
    await ds.manager.save(Customer, { name: "c" });
    const customers = getSoftDeleteRepository(ds, Customer);
    await expect(customers.forceDelete({})).rejects.toMatchObject({ code: "SOFT_DELETE_CRITERIA" });
    await expect(customers.forceDelete(undefined as never)).rejects.toMatchObject({
      code: "SOFT_DELETE_CRITERIA",
    });
    expect((await customers.forceDelete([])).affected).toBe(0);
    expect(await customers.count()).toBe(1);
  });
});
