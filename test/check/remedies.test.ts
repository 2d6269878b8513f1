import { brokenRows, halfDelete, halfRestore } from "../settle/half-done";
import { Contract, Customer, POLICIES, Purchase } from "../laws/policy-entities";
import { describeLawOnce } from "../laws/world";
import { Seat } from "../settle/entities";

// Each remedy that check() names for rows, as it is worded.
describeLawOnce("check(): the remedies for rows", [...POLICIES, Seat], (world) => {
  beforeEach(async () => {
    await world.insert(Customer, [{ id: 1 }, { id: 2 }]);
    await world.insert(Contract, [
      { id: 1, customerId: 1 },
      { id: 2, customerId: 2 },
    ]);
  });

  /** What is found, and then, once the remedy was applied. */
  async function mended(remedy: RegExp, apply: () => Promise<unknown>): Promise<void> {
    const findings = await brokenRows(world);
    expect(findings.map((finding) => finding.remedy)).toEqual([
      expect.stringMatching(remedy) as string,
    ]);
    expect(findings[0]?.sampleIds).toHaveLength(Math.min(findings[0]?.count ?? 0, 5));
    await apply();
    await expect(brokenRows(world)).resolves.toEqual([]);
  }

  it("deleted-without-deletion-id: settle()", async () => {
    await halfDelete(world, "contract", "1 = 1");
    await mended(/Call settle\(Contract\)/, () => world.softDeletes.settle(Contract));
  });

  it("deleted-without-deletion-id: settle() with cascade", async () => {
    await halfDelete(world, "customer", "id = 1");
    const [first, second] = await brokenRows(world);
    expect(first?.remedy).toContain("{ cascade: true }");
    expect(second?.remedy).toContain("settle({ cascade: true })");
    await world.softDeletes.settle(Customer, { cascade: true });
    expect(await world.active(Contract)).toEqual([2]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it('deleted-without-deletion-id: settle() with restricted: "restore"', async () => {
    await world.insert(Purchase, [{ id: 1, customerId: 1 }]);
    await halfDelete(world, "customer", "id = 1");
    const [first] = await brokenRows(world);
    expect(first?.remedy).toContain('{ restricted: "restore" }');
    await world.softDeletes.settle(Customer, { restricted: "restore" });
    expect(await world.active(Customer)).toEqual([1, 2]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("active-with-deletion-id: settle(), and where it cannot decide, the parents first", async () => {
    await world.softDeletes.softDelete(Customer, [1, 2]);
    await halfRestore(world, "customer", "id = 1");
    await mended(/Call settle\(Customer\)/, () => world.softDeletes.settle(Customer));
    expect(await world.active(Contract)).toEqual([1]);

    await halfRestore(world, "contract", "id = 2");
    await world.dataSource.getRepository("Receipt").insert({ id: 1, contractId: 2 });
    await world.softDeletes.settle(Contract);
    const left = (await brokenRows(world)).find(({ code }) => code === "active-with-deletion-id");
    expect(left?.remedy).toContain("restore their parents first");
    await world.softDeletes.restore(Customer, 2);
    await world.softDeletes.settle(Contract);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("invalid-deletion-id: null, and settle()", async () => {
    await world.softDeletes.softDelete(Contract, 1);
    const id = world.escape("deletionId");
    await world.dataSource.query(
      `UPDATE contract SET ${id} = '0190163d-8694-4a00-8000-000000000000' WHERE id = 1`,
    );
    await mended(/^Set them to null, and call settle\(Contract\)/, async () => {
      await world.dataSource.query(`UPDATE contract SET ${id} = NULL WHERE id = 1`);
      await world.softDeletes.settle(Contract);
    });
    expect(await world.active(Contract)).toEqual([2]);
  });

  it("deleted-flag-out-of-step: settle()", async () => {
    await world.insert(Seat, [{ hall: "a", number: 1, gone: true }]);
    await mended(/Call settle\(Seat\)/, () => world.softDeletes.settle(Seat));
  });

  describe("active-below-deleted-parent over CASCADE", () => {
    const remedy =
      /Call settle\(\{ cascade: true \}\).*or restore these rows of Customer by restore\(\)/;
    beforeEach(async () => {
      await world.softDeletes.softDelete(Customer, 1);
      await world.insert(Contract, [{ id: 3, customerId: 1 }]);
    });

    it("settle() with cascade", async () => {
      await mended(remedy, () => world.softDeletes.settle({ cascade: true }));
      expect(await world.active(Contract)).toEqual([2]);
    });

    it("a restore of the parents", async () => {
      await mended(remedy, () => world.softDeletes.restore(Customer, 1));
    });

    it("a restore of the parents, where settle() would break RESTRICT", async () => {
      await world.dataSource.getRepository("Receipt").insert({ id: 1, contractId: 3 });
      await world.softDeletes.settle({ cascade: true });
      await mended(remedy, () => world.softDeletes.restore(Customer, 1));
    });
  });

  describe("active-below-deleted-parent over RESTRICT", () => {
    const remedy =
      /^Restore these rows of Customer by restore\(\); or soft-delete the rows of Purchase by softDelete\(\), or point them elsewhere/;
    beforeEach(async () => {
      await world.softDeletes.softDelete(Customer, 1);
      await world.insert(Purchase, [{ id: 1, customerId: 1 }]);
    });

    it("a restore of the parents", async () => {
      await mended(remedy, () => world.softDeletes.restore(Customer, 1));
    });

    it("a soft delete of the rows", async () => {
      await mended(remedy, () => world.softDeletes.softDelete(Purchase, 1));
    });

    it("another parent for the rows", async () => {
      await mended(remedy, () =>
        world.dataSource.getRepository(Purchase).update(1, { customerId: 2 }),
      );
    });

    it("of rows that cannot be soft-deleted", async () => {
      await world.softDeletes.softDelete(Purchase, 1);
      const repository = world.dataSource.getRepository("Receipt");
      await repository.insert({ id: 1, contractId: 1 });
      await mended(/^Restore these rows of Contract.*point the rows of Receipt elsewhere/, () =>
        repository.delete(1),
      );
    });
  });
});
