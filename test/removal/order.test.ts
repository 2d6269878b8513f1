import { SoftDeleteManager } from "../../src";
import { describeEachDatabase, later, statementsOf } from "../harness";
import { describeLawOnce, World } from "../laws/world";
import { left, NOW, numbered, OLD } from "../purge/world";
import {
  Address,
  COMPANIES,
  Company,
  declareTrees,
  Employee,
  PEOPLE,
  Person,
  Photo,
  Profile,
  TREE_NAMES,
  Unit,
} from "./order-entities";

const EXPIRED = { deletedAt: OLD };

describeLawOnce("removal where a reference that can be null closes a cycle", COMPANIES, (world) => {
  /** Two companies of three employees, led by the first of them; the third employee of the first leads a third company. */
  beforeEach(async () => {
    world.time = NOW;
    await world.insert(
      Company,
      numbered(4, () => ({})),
    );
    await world.insert(
      Employee,
      numbered(8, (id) => ({ companyId: Math.ceil(id / 3) })),
    );
    for (const [company, ceoId] of [
      [1, 1],
      [2, 4],
      [3, 3],
    ] as const) {
      await world.dataSource.manager.update(Company, company, { ceoId });
    }
  });

  it("takes the rows on both sides, and those of nobody else", async () => {
    const result = await world.softDeletes.forceDelete(Company, 1);

    expect(result).toMatchObject({ affected: 1, counts: { Company: 2, Employee: 5 } });
    expect(await left(world, Company)).toEqual([2, 4]);
    expect(await left(world, Employee)).toEqual([4, 5, 6]);
    expect(await world.row(Company, 2)).toMatchObject({ ceoId: 4 });
  });

  it("sets to null what closes the cycle, and nothing else", async () => {
    const statements = await statementsOf(world.dataSource, () =>
      world.softDeletes.forceDelete(Company, 1),
    );
    const clearing = statements.filter((statement) => /= NULL/.test(statement));
    expect(clearing).toHaveLength(1);
    expect(clearing[0]).toContain("ceoId");
  });

  it("starts from either side", async () => {
    const result = await world.softDeletes.forceDelete(Employee, [4, 5]);

    expect(result).toMatchObject({ affected: 2, counts: { Company: 1, Employee: 3 } });
    expect(await left(world, Company)).toEqual([1, 3, 4]);
  });

  it("by a condition on the reference itself removes what it matches", async () => {
    const result = await world.softDeletes.forceDelete(Company, { ceo: { id: 4 } });
    expect(result).toMatchObject({ affected: 1, counts: { Company: 1, Employee: 3 } });
  });

  it("purges what has expired, and counts the same before", async () => {
    await world.softDeletes.softDelete(Company, 1);
    world.time = new Date(NOW.getTime() + 40 * 86_400_000);
    const options = { olderThan: "30d", where: { id: 1 } };

    const preview = await world.softDeletes.purge(Company, { ...options, dryRun: true });
    const result = await world.softDeletes.purge(Company, options);

    expect(result).toMatchObject({ counts: { Company: 2, Employee: 5 }, failures: [] });
    expect(preview).toEqual(result);
    expect(await left(world, Company)).toEqual([2, 4]);
  });
});

describeLawOnce("removal where the parent holds the foreign key", PEOPLE, (world) => {
  const PERSONS = 7;

  async function fill(row: object, activePhoto?: number): Promise<void> {
    await world.insert(
      Address,
      numbered(PERSONS, () => row),
    );
    await world.insert(
      Profile,
      numbered(PERSONS, (id) => ({ addressId: id, ...row })),
    );
    await world.insert(
      Person,
      numbered(PERSONS, (id) => ({ profileId: id, tenant: id % 2, ...row })),
    );
    await world.insert(
      Photo,
      numbered(2 * PERSONS, (id) => ({
        profileId: Math.ceil(id / 2),
        ...(id === activePhoto ? {} : row),
      })),
    );
  }

  beforeEach(() => {
    world.time = NOW;
  });

  it("takes the children that it refers to, and theirs", async () => {
    await fill({});
    const result = await world.softDeletes.forceDelete(Person, { tenant: 0 });

    expect(result).toMatchObject({
      affected: 3,
      counts: { Address: 3, Person: 3, Photo: 6, Profile: 3 },
    });
    for (const entity of [Address, Profile, Person]) {
      expect(await left(world, entity)).toEqual([1, 3, 5, 7]);
    }
    expect(await left(world, Photo)).toEqual([1, 2, 5, 6, 9, 10, 13, 14]);
  });

  it.each([1, 2, 1000])(
    "purges by a where what its dry run counts, %d at a time",
    async (batchSize) => {
      await fill(EXPIRED, 7);
      const options = { olderThan: "30d", where: { tenant: 0 }, batchSize };

      const preview = await world.softDeletes.purge(Person, { ...options, dryRun: true });
      const result = await world.softDeletes.purge(Person, options);

      expect(preview.counts).toEqual({ Address: 2, Person: 3, Photo: 5, Profile: 2 });
      expect(result).toMatchObject({ counts: preview.counts, failures: [] });
      // The profile of an active photo stays, and what it refers to.
      expect(await left(world, Person)).toEqual([1, 3, 5, 7]);
      for (const entity of [Address, Profile]) {
        expect(await left(world, entity)).toEqual([1, 3, 4, 5, 7]);
      }
    },
  );

  it("without a where purges all of it", async () => {
    await fill(EXPIRED);
    const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 3 });
    expect(result).toMatchObject({ total: 5 * PERSONS, blocked: [], failures: [] });
  });
});

const ORDERS = TREE_NAMES.flatMap((first) =>
  TREE_NAMES.filter((second) => second !== first).map((second) => [
    first,
    second,
    ...TREE_NAMES.filter((third) => third !== first && third !== second),
  ]),
);

describeEachDatabase("removal of rows that refer to each other below one root", (database) => {
  it.each(ORDERS)("is the same for entities declared as %s, %s, %s", async (...order) => {
    const { Root, Branch, Leaf } = declareTrees(order);
    const world = new World(database.name);
    world.dataSource = await database.open([Root, Branch, Leaf]);
    await world.insert(Root, [{ id: 1 }, { id: 2 }]);
    await world.insert(
      Leaf,
      numbered(4, (id) => ({ rootId: id % 2 === 0 ? 2 : 1 })),
    );
    await world.insert(
      Branch,
      numbered(4, (id) => ({ rootId: id % 2 === 0 ? 2 : 1, leafId: id })),
    );
    for (const id of [1, 2, 3, 4]) {
      await world.dataSource.manager.update(Leaf, id, { latestId: id });
    }
    const softDeletes = new SoftDeleteManager(world.dataSource);

    const result = await softDeletes.forceDelete(Root, 1);
    expect(result.counts).toEqual({ Root: 1, Branch: 2, Leaf: 2 });
    expect(await left(world, Leaf)).toEqual([2, 4]);
    expect(await world.row(Leaf, 2)).toMatchObject({ latestId: 2 });

    await softDeletes.softDelete(Root, 2);
    const purged = await softDeletes.purge({ olderThan: await later() });
    expect(purged).toMatchObject({ total: 5, blocked: [], failures: [] });
  });
});

describeLawOnce(
  "removal of rows of one table that refer to each other and cannot do without",
  [Unit],
  (world) => {
    // 1 > 2 > 3 > 4, and 2 > 5; 6 > 7
    beforeEach(async () => {
      world.time = NOW;
      const parents = [1, 1, 2, 3, 2, 6, 6];
      for (const [index, parentId] of parents.entries()) {
        await world.insert(Unit, [{ id: index + 1, parentId }]);
      }
    });

    it("takes a row with all below it", async () => {
      const result = await world.softDeletes.forceDelete(Unit, 2);

      expect(result).toMatchObject({ affected: 1, counts: { Unit: 4 } });
      expect(await left(world, Unit)).toEqual([1, 6, 7]);
    });

    it("purges it", async () => {
      await world.dataSource.manager.update(Unit, [2, 3, 4, 5], EXPIRED);
      const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 2 });
      expect(result).toMatchObject({ counts: { Unit: 4 }, failures: [] });
    });

    it("tells the truth of a row that refers to itself, which InnoDB never removes", async () => {
      const removal = world.softDeletes.forceDelete(Unit, 6);
      if (world.database !== "mysql") {
        expect((await removal).counts).toEqual({ Unit: 2 });
        return;
      }
      await expect(removal).rejects.toMatchObject({
        code: "STILL_REFERENCED",
        relation: "Unit.parent",
      });
      expect(await left(world, Unit)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });
  },
);
