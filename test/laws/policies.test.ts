import { Contract, Customer, Letter, POLICIES, Purchase, Receipt } from "./policy-entities";
import { describeLawOnce } from "./world";

describeLawOnce("RESTRICT", POLICIES, (world) => {
  beforeEach(async () => {
    await world.insert(Customer, [{ id: 1 }, { id: 2 }]);
    await world.insert(Contract, [
      { id: 1, customerId: 1 },
      { id: 2, customerId: 2 },
    ]);
    await world.insert(Purchase, [{ id: 1, customerId: 1, contractId: 1 }]);
  });

  it("lets a child go that the same deletion takes by another way", async () => {
    const { softDeletes } = world;
    const before = await world.content();

    const { counts } = await softDeletes.softDelete(Customer, 1);

    expect(counts).toEqual({ Customer: 1, Contract: 1, Purchase: 1 });
    expect(await softDeletes.restore(Customer, 1)).toMatchObject({ affected: 1, counts });
    expect(await world.content()).toEqual(before);
  });

  it("does not mind a child that is deleted already, which cannot come back alone then", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const purchase = await softDeletes.softDelete(Purchase, 1);
    const customer = await softDeletes.softDelete(Customer, 1);
    expect(customer.counts).toEqual({ Customer: 1, Contract: 1 });

    await expect(softDeletes.restore(Purchase, 1)).rejects.toMatchObject({
      code: "PARENT_DELETED",
      parents: [{ relation: "Purchase.customer" }, { relation: "Purchase.contract" }],
    });
    expect(await softDeletes.restore(Customer, 1)).toMatchObject({ counts: customer.counts });
    expect(await world.taken(Purchase, purchase.deletionId)).toEqual([1]);
    await softDeletes.restore(Purchase, 1);
    expect(await world.content()).toEqual(before);
  });

  it("hands a child over to a parent that would have restricted it", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Contract, 1);
    const customer = await softDeletes.softDelete(Customer, 1);

    const handed = await softDeletes.restore(Purchase, 1, { parents: "hand-over" });

    expect(handed).toMatchObject({ affected: 0, handedOver: 1 });
    // By either parent: the contract's deletion, under which it was, or the customer's.
    const { deletionId } = await world.row(Purchase, 1);
    const contract = await world.row(Contract, 1);
    expect([contract.deletionId, customer.deletionId]).toContain(deletionId);
  });

  it("counts children that cannot be soft-deleted, and names some of many", async () => {
    await world.insert(
      Receipt,
      Array.from({ length: 25 }, (_, at) => ({ id: at + 1, contractId: 2 })),
    );

    const refusal = world.softDeletes.softDelete(Customer, 2);

    await expect(refusal).rejects.toMatchObject({ relation: "Receipt.contract", count: 25 });
    const error: unknown = await refusal.catch((thrown: unknown) => thrown);
    const { sampleIds } = error as { sampleIds: unknown[] };
    expect(sampleIds).toHaveLength(10);
  });
});

describeLawOnce("KEEP", POLICIES, (world) => {
  it("leaves a child active, which may come and go on its own", async () => {
    await world.insert(Customer, [{ id: 1 }]);
    await world.insert(
      Letter,
      [1, 2].map((id) => ({ id, customerId: 1 })),
    );
    const { softDeletes } = world;
    await softDeletes.softDelete(Letter, 2);

    expect((await softDeletes.softDelete(Customer, 1)).counts).toEqual({ Customer: 1 });
    expect(await world.active(Letter)).toEqual([1]);

    expect(await softDeletes.restore(Letter, 2)).toMatchObject({ affected: 1, total: 1 });
    expect(await world.active(Customer)).toEqual([]);
    expect(await world.active(Letter)).toEqual([1, 2]);
  });
});
