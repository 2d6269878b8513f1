import { statementsOf } from "../harness";
import { describeLawOnce } from "../laws/world";
import { Company, CYCLIC, Department, Node } from "./entities";
import { left, NOW, numbered, OLD, RECENT } from "./world";

const EXPIRED = { deletedAt: OLD };

describeLawOnce("purge of rows that refer to rows of the same table", CYCLIC, (world) => {
  beforeEach(() => {
    world.time = NOW;
  });

  it("removes a tree, in batches smaller than the tree", async () => {
    await world.insert(
      Node,
      numbered(200, (id) => ({
        parentId: id === 1 ? null : Math.floor(id / 3) + (id < 3 ? 1 : 0),
        ...EXPIRED,
      })),
    );
    const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 20 });
    expect(result).toMatchObject({ counts: { Node: 200 }, blocked: [], failures: [] });
    expect(await left(world, Node)).toEqual([]);
  });

  it.each([
    ["downwards", (id: number) => (id === 1 ? null : id - 1)],
    ["upwards", (id: number) => (id === 3000 ? null : id + 1)],
  ])(
    "removes a chain of 3,000 that is numbered %s, without a statement for each",
    async (_, parent) => {
      // A foreign key that is checked row by row wants parents first.
      const rows = numbered(3000, (id) => ({ parentId: parent(id), ...EXPIRED }));
      await world.insert(Node, parent(1) === null ? rows : rows.reverse());
      const statements = await statementsOf(world.dataSource, async () => {
        const result = await world.softDeletes.purge({ olderThan: "30d" });
        expect(result).toMatchObject({ counts: { Node: 3000 }, blocked: [], failures: [] });
      });
      expect(await left(world, Node)).toEqual([]);
      expect(statements.length).toBeLessThan(100);
    },
  );

  it("keeps the rows above one that stays, whatever the foreign key does, and no others", async () => {
    // 1 > 2 > 3 > 4 (active), 2 > 5, 1 > 6 > 7 (deleted lately), 8 > 9
    const parents = [null, 1, 2, 3, 2, 1, 6, null, 8];
    const stays = new Map<number, object>([
      [4, {}],
      [7, { deletedAt: RECENT }],
    ]);
    for (const [index, parentId] of parents.entries()) {
      await world.insert(Node, [{ id: index + 1, parentId, ...(stays.get(index + 1) ?? EXPIRED) }]);
    }
    const expected = {
      counts: { Node: 3 },
      blocked: [{ relation: "Node.parent", count: 4 }],
      failures: [],
    };
    const preview = await world.softDeletes.purge({ olderThan: "30d", dryRun: true });
    expect(preview).toMatchObject(expected);
    expect(await left(world, Node)).toHaveLength(9);
    expect(await world.softDeletes.purge({ olderThan: "30d", batchSize: 2 })).toMatchObject(
      expected,
    );
    expect(await left(world, Node)).toEqual([1, 2, 3, 4, 6, 7]);
  });

  it("removes a ring, and a row that refers to itself", async () => {
    await world.insert(
      Node,
      numbered(6, () => EXPIRED),
    );
    const { dataSource } = world;
    for (const id of [1, 2, 3, 4, 5]) {
      await dataSource.manager.update(Node, id, { parentId: (id % 5) + 1 });
    }
    await dataSource.manager.update(Node, 6, { parentId: 6 });
    const preview = await world.softDeletes.purge({ olderThan: "30d", dryRun: true });
    expect(preview).toMatchObject({ counts: { Node: 6 }, blocked: [] });
    const result = await world.softDeletes.purge({ olderThan: "30d", batchSize: 2 });
    expect(result).toMatchObject({ counts: { Node: 6 }, blocked: [], failures: [] });
  });

  it("keeps a ring to which an active row leads", async () => {
    await world.insert(
      Node,
      numbered(3, () => EXPIRED),
    );
    for (const id of [1, 2, 3]) {
      await world.dataSource.manager.update(Node, id, { parentId: (id % 3) + 1 });
    }
    await world.insert(Node, [{ id: 4, parentId: 2 }]);
    const result = await world.softDeletes.purge({ olderThan: "30d" });
    expect(result).toMatchObject({ total: 0, blocked: [{ relation: "Node.parent", count: 3 }] });
    expect((await world.rows(Node)).map((row) => row.parentId)).toEqual([2, 3, 1, 2]);
  });

  it("takes, with where, only the matching rows and those below them", async () => {
    // 1 (tenant 2) > 2 > 3, and 4 > 5
    for (const [id, parentId, tenant] of [
      [1, null, 2],
      [2, 1, 1],
      [3, 2, 1],
      [4, null, 1],
      [5, 4, 1],
    ]) {
      await world.insert(Node, [{ id, parentId, tenant, ...EXPIRED }]);
    }
    const options = { olderThan: "30d", where: { tenant: 2 } };
    const preview = await world.softDeletes.purge(Node, { ...options, dryRun: true });
    expect(preview.counts).toEqual({ Node: 3 });
    expect((await world.softDeletes.purge(Node, options)).counts).toEqual({ Node: 3 });
    expect(await left(world, Node)).toEqual([4, 5]);
  });

  it("removes a cycle over two tables, and keeps one that an active row holds", async () => {
    await world.insert(
      Company,
      numbered(3, () => EXPIRED),
    );
    await world.insert(
      Department,
      numbered(6, (id) => ({ companyId: ((id - 1) % 3) + 1, ...(id === 6 ? {} : EXPIRED) })),
    );
    for (const id of [1, 2, 3]) await world.dataSource.manager.update(Company, id, { mainId: id });
    const expected = {
      counts: { Company: 2, Department: 4 },
      failures: [],
    };
    const preview = await world.softDeletes.purge({ olderThan: "30d", dryRun: true });
    expect(preview).toMatchObject(expected);
    const result = await world.softDeletes.purge({ olderThan: "30d" });
    expect(result).toMatchObject(expected);
    expect(result.blocked).toEqual(preview.blocked);
    expect(await left(world, Company)).toEqual([3]);
    expect(await left(world, Department)).toEqual([3, 6]);
  });
});
