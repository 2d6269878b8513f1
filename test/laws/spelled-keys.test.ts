import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type DataSource,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type SoftDeleteRepository,
} from "../../src";
import { describeEachDatabase, later } from "../harness";

// A database finds a row by other texts than the one that it stands under.

interface Row extends SoftDeletable {
  id: string;
}

@Entity()
class Uuid extends SoftDeletable {
  @PrimaryColumn({ type: "uuid" }) id!: string;
  @Index() @Column({ type: "uuid", nullable: true }) aboveId!: string | null;
  @ManyToOne(() => Uuid) @JoinColumn() @OnSoftDelete("CASCADE") above!: Uuid | null;
}

@Entity()
class Amount extends SoftDeletable {
  @PrimaryColumn({ type: "decimal", precision: 10, scale: 4 }) id!: string;
  @Index() @Column({ type: "decimal", precision: 10, scale: 4, nullable: true }) aboveId!: string;
  @ManyToOne(() => Amount) @JoinColumn() @OnSoftDelete("CASCADE") above!: Amount | null;
}

@Entity()
class Big extends SoftDeletable {
  @PrimaryColumn({ type: "bigint" }) id!: string;
  @Index() @Column({ type: "bigint", nullable: true }) aboveId!: string;
  @ManyToOne(() => Big) @JoinColumn() @OnSoftDelete("CASCADE") above!: Big | null;
}

const SPELLINGS = [
  [Uuid, "0a000000-0000-7000-8000-00000000000", "0A000000-0000-7000-8000-00000000000"],
  [Amount, "1.500", "01.500"],
  [Big, "100", "0100"],
] as const;

// Not told apart by case or by trailing blanks, as is usual on MySQL and MariaDB.
const LOOSE = { type: "varchar", length: 20, collation: "utf8mb4_general_ci" } as const;

@Entity()
class Owner extends SoftDeletable {
  @PrimaryColumn(LOOSE) id!: string;
}

@Entity()
class Part extends SoftDeletable {
  @PrimaryColumn(LOOSE) tenant!: string;
  @PrimaryColumn(LOOSE) id!: string;
  @Index() @Column({ ...LOOSE, nullable: true }) ownerId!: string | null;
  @ManyToOne(() => Owner) @JoinColumn() @OnSoftDelete("CASCADE") owner!: Owner | null;
  @Column({ ...LOOSE, nullable: true }) aboveTenant!: string | null;
  @Column({ ...LOOSE, nullable: true }) aboveId!: string | null;
  @ManyToOne(() => Part)
  @JoinColumn([
    { name: "aboveTenant", referencedColumnName: "tenant" },
    { name: "aboveId", referencedColumnName: "id" },
  ])
  @OnSoftDelete("CASCADE")
  above!: Part | null;
}

describeEachDatabase("Keys in another spelling", (database) => {
  // SQLite has a UUID as text, and by others finds no row.
  const here = SPELLINGS.filter(
    ([entity]) => entity !== Uuid || database.name !== "better-sqlite3",
  );

  it.each(here)("name the rows of %p, and given objects show it", async (entity, own, other) => {
    const dataSource = await database.open([entity], { subscribers: [SoftDeleteSubscriber] });
    const rows = getSoftDeleteRepository(
      dataSource,
      entity,
    ) as unknown as SoftDeleteRepository<Row>;
    await rows.insert([{ id: `${own}1` }, { id: `${own}4` }]);
    await rows.insert({ id: `${own}2`, aboveId: `${other}1` } as never);
    await rows.insert({ id: `${own}3`, aboveId: `${other}2` } as never);

    const one = await rows.softRemove({ id: `${other}1` });

    expect(one.deletedAt).toBeInstanceOf(Date);
    expect(await rows.count()).toBe(1);
    const both = await rows.recover([{ id: `${other}1` }, { id: `${own}4` }, { id: `${other}4` }]);
    expect(both.map(({ deletedAt }) => deletedAt)).toEqual([null, null, null]);
    expect(await rows.count()).toBe(4);

    const { counts, deletionId } = await rows.softDelete([`${other}1`, `${own}1`, `${other}4`]);
    expect(counts).toEqual({ [entity.name]: 4 });
    const { total } = await rows.restore([`${other}3`, `${own}3`], { parents: "restore" });
    expect(total).toBe(3);
    expect((await rows.restoreDeletion(deletionId!.toUpperCase())).total).toBe(1);
  });

  if (database.name !== "mysql") return;

  describe("of text that is not told apart by case or trailing blanks", () => {
    let dataSource: DataSource;
    let softDeletes: SoftDeleteManager;
    const active = async (): Promise<string[]> =>
      (await dataSource.manager.find(Part)).map(({ id }) => id);

    // "b" hangs by "a", "c" by "b", each in other letters than the row has; "b" by an owner as well.
    beforeEach(async () => {
      dataSource = await database.open([Owner, Part], { subscribers: [SoftDeleteSubscriber] });
      softDeletes = new SoftDeleteManager(dataSource);
      await dataSource.manager.insert(Owner, { id: "ada" });
      await dataSource.manager.insert(Part, [
        { tenant: "t", id: "a" },
        { tenant: "T", id: "b", aboveTenant: "T ", aboveId: "A", ownerId: "ADA " },
      ]);
      await dataSource.manager.insert(Part, {
        tenant: "t ",
        id: "c",
        aboveTenant: "t",
        aboveId: "B ",
      });
    });

    it("cascade, and come back", async () => {
      const { counts, deletionId } = await softDeletes.softDelete(Part, { tenant: "T", id: "A " });
      expect(counts).toEqual({ Part: 3 });
      expect(await active()).toEqual([]);

      expect(await softDeletes.restore(Part, { tenant: "t ", id: "A" })).toMatchObject({
        total: 3,
      });
      expect(await active()).toEqual(["a", "b", "c"]);
      await expect(softDeletes.restoreDeletion(deletionId!)).rejects.toMatchObject({
        code: "DELETION_NOT_FOUND",
      });
    });

    it("are handed over, and come back with the last parent", async () => {
      await softDeletes.softDelete(Part, { tenant: "t", id: "a" });
      const owner = await softDeletes.softDelete(Owner, "Ada");
      expect(owner.total).toBe(1);

      const restored = await softDeletes.restore(Part, { tenant: "t", id: "A" });

      expect(restored).toMatchObject({ total: 1, handedOver: 2 });
      expect(await active()).toEqual(["a"]);
      expect(await softDeletes.restore(Owner, "ADA")).toMatchObject({ total: 3 });
      expect(await active()).toEqual(["a", "b", "c"]);
    });

    it("come back with their parents, by whatever calls", async () => {
      await dataSource.manager.softDelete(Owner, "ADA ");
      expect(await active()).toEqual(["a"]);
      await expect(softDeletes.restore(Part, { tenant: "T", id: "C" })).rejects.toMatchObject({
        code: "PARENT_DELETED",
      });
      const options = { parents: "restore" } as const;
      const given = { tenant: "T", id: "C" };
      await softDeletes.recover(Part, given, options);
      expect(given).toMatchObject({ deletedAt: null });
      expect(await active()).toEqual(["a", "b", "c"]);
      expect(await dataSource.manager.countBy(Owner, {})).toBe(1);
    });

    it("are purged with their parents, and never an active row", async () => {
      await softDeletes.softDelete(Owner, "ada");
      await softDeletes.softDelete(Part, { tenant: "t", id: "a" });
      await dataSource.query("UPDATE part SET deletedAt = NULL, deletionId = NULL WHERE id = 'c'");

      expect(await softDeletes.purge({ olderThan: await later() })).toMatchObject({ total: 0 });

      expect(await active()).toEqual(["c"]);
      await softDeletes.softDelete(Part, { tenant: "T", id: "C" });
      expect(await softDeletes.purge({ olderThan: await later() })).toMatchObject({
        counts: { Part: 3, Owner: 1 },
        blocked: [],
        failures: [],
      });
    });
  });
});
