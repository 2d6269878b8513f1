import "reflect-metadata";
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable } from "../../src";
import { describeEachDatabase, later } from "../harness";
import { SUBSCRIBED } from "./round-trip";

// Tables and columns that are called what a statement might call its own expressions and columns.

@Entity("s0")
class First extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity("s1")
class Second extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ name: "n", type: "int", nullable: true }) firstId!: number | null;
  @ManyToOne(() => First) @JoinColumn({ name: "n" }) @OnSoftDelete("CASCADE") first!: First | null;
}

@Entity("walk")
class Third extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ name: "k", type: "int", nullable: true }) secondId!: number | null;
  @ManyToOne(() => Second)
  @JoinColumn({ name: "k" })
  @OnSoftDelete("CASCADE")
  second!: Second | null;
  @Index() @Column({ name: "w", type: "int", nullable: true }) aboveId!: number | null;
  @ManyToOne(() => Third) @JoinColumn({ name: "w" }) @OnSoftDelete("CASCADE") above!: Third | null;
}

describeEachDatabase("tables and columns with awkward names", (database) => {
  async function open() {
    const dataSource = await database.open([First, Second, Third], SUBSCRIBED);
    const { manager } = dataSource;
    await manager.insert(First, [{ id: 107 }, { id: 2 }]);
    await manager.insert(Second, [
      { id: 1, firstId: 107 },
      { id: 2, firstId: 2 },
    ]);
    await manager.insert(Third, [{ id: 1, secondId: 1 }]);
    await manager.insert(Third, [{ id: 2, aboveId: 1 }, { id: 3 }]);
    return { dataSource, firsts: getSoftDeleteRepository(dataSource, First) };
  }

  it("are previewed, deleted and undone", async () => {
    const { dataSource, firsts } = await open();
    const seconds = getSoftDeleteRepository(dataSource, Second);

    const counts = { First: 1, Second: 1, Third: 2 };
    expect((await firsts.previewSoftDelete(107)).counts).toEqual(counts);
    const { deletionId } = await firsts.softDelete(107);
    expect(await seconds.find()).toMatchObject([{ id: 2 }]);
    expect(await firsts.restoreDeletion(deletionId!)).toMatchObject({ affected: 1, counts });
    const deletion = await seconds.softDelete([1, 2]);
    expect(await seconds.restoreDeletion(deletion.deletionId!)).toMatchObject({ affected: 2 });
  });

  it("are removed for good and purged", async () => {
    const { dataSource, firsts } = await open();

    await firsts.softDelete(107);
    expect((await firsts.forceDelete(107)).counts).toEqual({ First: 1, Second: 1, Third: 2 });
    await firsts.softDelete(2);
    const purged = await firsts.purge({ olderThan: await later() });
    expect(purged.counts).toEqual({ First: 1, Second: 1 });
    expect(await dataSource.manager.find(Third)).toMatchObject([{ id: 3 }]);
  });
});
