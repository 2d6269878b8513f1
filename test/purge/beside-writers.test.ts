import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { newDeletionId } from "../../src/rows/deletion-id";
import { describeEachDatabase, statementsOf } from "../harness";
import { World } from "../laws/world";
import { left, NOW, numbered, OLD } from "./world";

@Entity()
class Shop extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ default: "x" }) name!: string;
}

@Entity()
class Item extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() shopId!: number;
  @ManyToOne(() => Shop) @JoinColumn() @OnSoftDelete("KEEP") shop!: Shop;
}

@Entity()
class Country extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ unique: true }) code!: number;
}

/** Refers to a unique column, and would go with its country. */
@Entity()
class City extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() countryCode!: number;
  @ManyToOne(() => Country, { onDelete: "CASCADE" })
  @JoinColumn({ name: "countryCode", referencedColumnName: "code" })
  @OnSoftDelete("KEEP")
  country!: Country;
}

@Entity()
class Measure extends SoftDeletable {
  @PrimaryColumn("float") id!: number;
}

/** Refers to shops without a constraint. */
@Entity()
class Visit extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() shopId!: number;
  @ManyToOne(() => Shop, { createForeignKeyConstraints: false })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  shop!: Shop;
}

const options = { subscribers: [SoftDeleteSubscriber.with({ clock: () => NOW })] };
const EXPIRED = { deletedAt: OLD, deletionId: newDeletionId(OLD) };
const SHOPS = [Shop, Item, Visit, Country, City];

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describeEachDatabase("purge beside other writers", (database) => {
  async function open(): Promise<World> {
    const world = new World(database.name);
    world.dataSource = await database.open(SHOPS, options);
    await world.insert(Shop, [{ id: 1 }]);
    return world;
  }

  /** Something that another process has written and not committed yet. */
  async function elsewhere(statement: string): Promise<{ commit(): Promise<void> }> {
    const runner = (await database.connect(SHOPS, options)).createQueryRunner();
    await runner.startTransaction();
    await runner.query(statement);
    return {
      async commit() {
        await runner.commitTransaction();
        await runner.release();
      },
    };
  }

  if (database.name === "better-sqlite3") {
    it("goes on behind a row that a trigger keeps", async () => {
      const world = await open();
      await world.insert(
        Item,
        numbered(57, () => ({ shopId: 1, ...EXPIRED })),
      );
      await world.dataSource.query(
        "CREATE TRIGGER hold BEFORE DELETE ON item WHEN old.id = 5 BEGIN SELECT RAISE(IGNORE); END",
      );
      const { counts } = await world.softDeletes.purge(Item, { olderThan: "30d", batchSize: 10 });
      expect(counts).toEqual({ Item: 56 });
      expect(await left(world, Item)).toEqual([5]);
    });
    return;
  }

  it("by a condition on another table waits for no row of that", async () => {
    const world = await open();
    await world.insert(
      Item,
      numbered(25, () => ({ shopId: 1, ...EXPIRED })),
    );
    const other = await elsewhere(
      `UPDATE ${world.escape("shop")} SET ${world.escape("name")} = 'y'`,
    );
    const where = { shop: { name: "x" } };
    const purged = world.softDeletes.purge(Item, { olderThan: "30d", batchSize: 10, where });
    const first = await Promise.race([purged.then(({ total }) => total), wait(5000)]);
    await other.commit();
    await purged;
    expect(first).toBe(25);
  });

  it("by a condition on another table, in the caller's transaction, locks no row of that", async () => {
    const world = await open();
    await world.insert(
      Item,
      numbered(25, () => ({ shopId: 1, ...EXPIRED })),
    );
    await world.dataSource.transaction(async (manager) => {
      const where = { shop: { name: "x" } };
      await new SoftDeleteManager(manager).purge(Item, { olderThan: "30d", where });
      const other = elsewhere(`UPDATE ${world.escape("shop")} SET ${world.escape("name")} = 'y'`);
      const first = await Promise.race([other, wait(5000)]);
      expect(first).toBeDefined();
      await first?.commit();
    });
    expect(await left(world, Item)).toEqual([]);
  });

  it.each([1, 20])(
    "keeps a row to which one refers by a unique column that is committed meanwhile, in batches of %d",
    async (batchSize) => {
      const world = await open();
      await world.insert(
        Country,
        numbered(10, (id) => ({ code: 100 - id, ...EXPIRED })),
      );
      const [id, code] = [world.escape("id"), world.escape("countryCode")];
      const other = await elsewhere(
        `INSERT INTO ${world.escape("city")} (${id}, ${code}) VALUES (1, 97)`,
      );
      const purged = world.softDeletes.purge({ olderThan: "30d", batchSize });
      await wait(300);
      await other.commit();
      expect(await purged).toMatchObject({ counts: { Country: 9 } });
      expect(await left(world, Country)).toEqual([3]);
      expect(await left(world, City)).toEqual([1]);
    },
  );

  if (database.name === "mysql") {
    it("ends over rows that their keys do not find", async () => {
      const world = new World(database.name);
      world.dataSource = await database.open([Measure], options);
      await world.insert(
        Measure,
        Array.from({ length: 5 }, (_, index) => ({ id: index + 0.1, ...EXPIRED })),
      );
      const { counts, failures } = await world.softDeletes.purge({ olderThan: "30d" });
      const kept = await left(world, Measure);
      expect((counts["Measure"] ?? 0) + kept.length).toBe(5);
      expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(kept.length);
    });

    it("keeps a row to which one refers, without a constraint, that is committed meanwhile", async () => {
      const world = await open();
      await world.insert(
        Shop,
        numbered(10, (id) => ({ ...EXPIRED, id: id + 1 })),
      );
      const [id, shopId] = [world.escape("id"), world.escape("shopId")];
      const other = await elsewhere(
        `INSERT INTO ${world.escape("visit")} (${id}, ${shopId}) VALUES (1, 4)`,
      );
      const purged = world.softDeletes.purge({ olderThan: "30d", batchSize: 20 });
      await wait(300);
      await other.commit();
      expect(await purged).toMatchObject({
        counts: { Shop: 9 },
        blocked: [{ relation: "Visit.shop", count: 1 }],
      });
      expect(await left(world, Shop)).toEqual([1, 4]);
    });

    it("leaves the caller's transaction alone where a row is locked", async () => {
      const world = await open();
      await world.insert(
        Item,
        numbered(25, () => ({ shopId: 1, ...EXPIRED })),
      );
      await world.dataSource.transaction(async (manager) => {
        const statements = await statementsOf(world.dataSource, () =>
          new SoftDeleteManager(manager).purge(Item, { olderThan: "30d", batchSize: 10 }),
        );
        // A server may be set up to roll back the whole transaction when a lock is waited for too long.
        expect(statements.filter((text) => text.includes("lock_wait_timeout"))).toEqual([]);
      });
      expect(await left(world, Item)).toEqual([]);
    });

    it("ends with the error, in the caller's transaction, when a lock is waited for too long", async () => {
      const world = await open();
      await world.insert(
        Item,
        numbered(25, () => ({ shopId: 1, ...EXPIRED })),
      );
      const lock = `SELECT 1 FROM ${world.escape("item")} WHERE ${world.escape("id")} = 7 FOR UPDATE`;
      const other = await elsewhere(lock);
      const call = world.dataSource.transaction(async (manager) => {
        await manager.query("SET SESSION innodb_lock_wait_timeout = 1");
        await manager.insert(Shop, { id: 2 });
        await new SoftDeleteManager(manager).purge(Item, { olderThan: "30d", batchSize: 10 });
      });
      await expect(call).rejects.toThrow(/Lock wait timeout/);
      await other.commit();
      expect(await left(world, Item)).toHaveLength(25);
      expect(await left(world, Shop)).toEqual([1]);
    });
  }
});
