import { series } from "../harness";
import { Invoice, InvoiceLine, KEYS } from "./key-entities";
import { Node, Shelf, TREE } from "./entities";
import { describeLaw, type World } from "./world";

const WIDE = 100_000;

// MySQL takes its time over every row that it writes.
jest.setTimeout(240_000);

/** A tree of the given shape, inserted by the database itself; parents first, where keys are checked row by row. */
async function plant(world: World, size: number, parent: string): Promise<void> {
  await world.dataSource.query(
    `INSERT INTO node (id, ${world.escape("parentId")}, version) SELECT n, ${parent}, 1 FROM ${series(world.database, size)} ORDER BY n`,
  );
}

/** How many nodes are deleted, how many deletions they belong to, and the sum of their versions. */
async function state(world: World): Promise<number[]> {
  const [at, id] = ["deletedAt", "deletionId"].map((column) => world.escape(column));
  const [row] = await world.dataSource.query<Record<string, unknown>[]>(
    `SELECT COUNT(${at}) AS a, COUNT(${id}) AS b, COUNT(DISTINCT ${id}) AS c, SUM(version) AS d FROM node`,
  );
  return Object.values(row ?? {}).map(Number);
}

describeLaw(
  "Law 9, a tree of depth 1,500",
  TREE,
  (world) => {
    it("is deleted, handed over and restored whole", async () => {
      const { softDeletes } = world;
      await plant(world, 1500, "NULLIF(n - 1, 0)");
      await world.insert(Shelf, [{ id: 1 }]);
      await world.dataSource
        .getRepository(Node)
        .createQueryBuilder()
        .update()
        .set({ shelfId: 1 })
        .where("id = 1001")
        .callListeners(false)
        .execute();
      const before = await state(world);

      expect(await softDeletes.softDelete(Node, 1)).toMatchObject({ affected: 1, total: 1500 });
      const shelf = await softDeletes.softDelete(Shelf, 1);
      expect(await softDeletes.restore(Node, 1)).toMatchObject({ total: 1000, handedOver: 500 });
      expect(await state(world)).toEqual([500, 500, 1, (before[3] ?? 0) + 3000]);
      const undone = await softDeletes.restoreDeletion(shelf.deletionId ?? "");
      expect(undone).toMatchObject({ affected: 1, counts: { Shelf: 1, Node: 500 } });
      expect((await state(world)).slice(0, 3)).toEqual([0, 0, 0]);

      await softDeletes.softDelete(Node, 1);
      const chain = await softDeletes.restore(Node, 1500, { parents: "restore" });
      expect(chain).toMatchObject({ affected: 1, total: 1500 });
    });
  },
  { onceOnMariaDb: true },
);

describeLaw(
  "Law 9, a tree of 100,000 nodes",
  TREE,
  (world) => {
    it("is deleted and restored whole, by criteria and by id of the deletion", async () => {
      const { softDeletes } = world;
      const tenth = world.database === "mysql" ? "n DIV 10" : "n / 10";
      await plant(world, WIDE, `NULLIF(${tenth}, 0)`);
      const roots = Array.from({ length: 9 }, (_, at) => at + 1);

      const one = await softDeletes.softDelete(Node, roots);
      expect(one).toMatchObject({ affected: 9, total: WIDE });
      expect(await state(world)).toEqual([WIDE, WIDE, 1, WIDE * 2]);
      expect(await softDeletes.restore(Node, roots)).toMatchObject({ affected: 9, total: WIDE });
      expect(await state(world)).toEqual([0, 0, 0, WIDE * 3]);

      const { deletionId } = await softDeletes.softDelete(Node, roots);
      const undone = await softDeletes.restoreDeletion(deletionId ?? "");
      expect(undone).toMatchObject({ affected: 9, total: WIDE });
      expect(await state(world)).toEqual([0, 0, 0, WIDE * 5]);
    });

    it("is deleted and restored by a list of all its ids", async () => {
      const { softDeletes } = world;
      await plant(world, WIDE, "NULL");
      const ids = Array.from({ length: WIDE }, (_, at) => at + 1);

      const deleted = await softDeletes.softDelete(Node, ids);
      expect(deleted).toMatchObject({ affected: WIDE, total: WIDE });
      expect(await state(world)).toEqual([WIDE, WIDE, 1, WIDE * 2]);

      expect(await softDeletes.restore(Node, ids)).toMatchObject({ affected: WIDE, total: WIDE });
      expect(await state(world)).toEqual([0, 0, 0, WIDE * 3]);
    });
  },
  { onceOnMariaDb: true },
);

describeLaw("Law 9, many composite ids", KEYS, (world) => {
  const numbers = Array.from({ length: 450 }, (_, at) => at + 1);
  const keys = numbers.map((number) => ({ tenant: "ann", number }));

  beforeEach(async () => {
    await world.insert(Invoice, keys);
    await world.insert(
      InvoiceLine,
      numbers.map((invoiceNumber) => ({ tenant: "ann", invoiceNumber, position: 1 })),
    );
  });

  it("are one deletion", async () => {
    const { softDeletes } = world;

    const { deletionId, ...deleted } = await softDeletes.softDelete(Invoice, keys);
    expect(deleted).toMatchObject({ affected: 450, counts: { Invoice: 450, InvoiceLine: 450 } });

    const undone = await softDeletes.restoreDeletion(deletionId ?? "");
    expect(undone).toMatchObject({ affected: 450, total: 900 });
  });

  it("restore no other row when one id comes twice", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Invoice, keys);
    const [first] = keys;
    if (!first) throw new Error("No keys.");

    const restored = await softDeletes.restore(Invoice, [...keys.slice(0, -1), first]);

    expect(restored).toMatchObject({ affected: 449, total: 898 });
    const deleted = (await world.rows(Invoice)).filter((row) => row.isDeleted);
    expect(deleted.map((row) => row.number)).toEqual([450]);
  });
});
