import { setTimeout } from "node:timers/promises";

import {
  ChildEntity,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  TableInheritance,
  type DataSource,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, states, SUBSCRIBED } from "./round-trip";

abstract class Soft extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
class A extends Soft {
  @OneToMany(() => X, (x) => x.owner) xs!: X[];
}
@Entity()
class B extends Soft {
  @OneToMany(() => Y, (y) => y.owner) ys!: Y[];
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Thing extends Soft {}

// TypeORM makes one column of both, and would make its constraint for the first.
const FREE = { createForeignKeyConstraints: false };

@ChildEntity()
class X extends Thing {
  @ManyToOne(() => A, (a) => a.xs, FREE) @OnSoftDelete("CASCADE") owner!: A | null;
  @ManyToOne(() => X, FREE) @OnSoftDelete("CASCADE") above!: X | null;
}
@ChildEntity("why")
class Y extends Thing {
  @ManyToOne(() => B, (b) => b.ys, FREE) @OnSoftDelete("CASCADE") owner!: B | null;
  @ManyToOne(() => X, FREE) @OnSoftDelete("KEEP") above!: X | null;
}

describeEachDatabase("siblings with relations of the same name", (database) => {
  /** A#1 > X#1 > X#2, with Y#4 below X#1; B#1 > Y#3, by the same value in the same column. */
  async function fill(options: object = SUBSCRIBED): Promise<DataSource> {
    const dataSource = await database.open([A, B, Thing, X, Y], options);
    const [a, b] = [await save(dataSource, A, { id: 1 }), await save(dataSource, B, { id: 1 })];
    const x = await save(dataSource, X, { id: 1, owner: a });
    await save(dataSource, X, { id: 2, above: x });
    await save(dataSource, Y, { id: 3, owner: b });
    await save(dataSource, Y, { id: 4, above: x });
    return dataSource;
  }
  const rows = [Thing, A, B];
  const OF_A = [[true, true, false, false], [true], [false]];
  const OF_B = [[false, false, true, false], [false], [true]];

  it("cascade each from its own parent", async () => {
    const dataSource = await fill();

    await expectRoundTrip(dataSource, A, 1, rows, [[true], ...OF_A]);
    await expectRoundTrip(dataSource, B, 1, rows, [[true], ...OF_B]);
    const a = await dataSource.manager.findOneOrFail(A, { where: {}, relations: { xs: true } });
    await dataSource.manager.softRemove(a);
    expect(a.xs.map((x) => x.isDeleted)).toEqual([true]);
    expect(await states(dataSource, ...rows)).toEqual(OF_A);
    await dataSource.manager.recover(a);
    expect(a.xs.map((x) => x.isDeleted)).toEqual([false]);
    expect(await states(dataSource, Thing)).toEqual([[false, false, false, false]]);
  });

  it("are previewed, settled and checked each by its own parent", async () => {
    const dataSource = await fill();
    const manager = new SoftDeleteManager(dataSource);
    expect((await manager.previewSoftDelete(A, 1)).counts).toEqual({ A: 1, Thing: 2 });
    expect((await manager.previewSoftDelete(B, { id: 1 })).counts).toEqual({ B: 1, Thing: 1 });

    await dataSource.query(
      `UPDATE ${dataSource.driver.escape("a")} SET ${dataSource.driver.escape("deletedAt")} = '2020-02-02 10:00:00'`,
    );
    const found = (await manager.check()).filter(({ severity }) => severity === "error");
    expect(found.map(({ code, entity, count }) => [code, entity, count])).toEqual([
      ["deleted-without-deletion-id", "A", 1],
      ["active-below-deleted-parent", "Thing", 1],
    ]);
    expect(found[1]?.message).toContain("X.owner");
    expect((await manager.settle(A, { cascade: true })).counts).toEqual({ A: 1, Thing: 2 });
    expect(await states(dataSource, ...rows)).toEqual(OF_A);
  });

  it("are restored each below its own parent", async () => {
    const dataSource = await fill();
    const [as, xs, ys] = [A, X, Y].map((one) => getSoftDeleteRepository(dataSource, one));
    await as?.softDelete(1);
    await ys?.softDelete(3);

    await expect(xs?.restore(1)).rejects.toMatchObject({ code: "PARENT_DELETED" });
    expect((await ys?.restore(3))?.affected).toBe(1);
    expect(await states(dataSource, ...rows)).toEqual(OF_A);
    expect((await xs?.restore(2, { parents: "restore" }))?.affected).toBe(1);
    expect(await states(dataSource, ...rows)).toEqual([
      [false, false, false, false],
      [false],
      [false],
    ]);
  });

  it("are guarded each by its own parent", async () => {
    const subscribers = [SoftDeleteSubscriber.with({ guardReferences: true })];
    const dataSource = await fill({ subscribers });
    await dataSource.manager.softDelete(A, 1);
    await save(dataSource, X, { id: 20 });

    for (const write of [
      () => save(dataSource, X, { id: 10, owner: { id: 1 } }),
      () => dataSource.manager.insert(X, { id: 10, owner: { id: 1 } }),
      () => save(dataSource, X, { id: 10, above: { id: 1 } }),
      () => dataSource.manager.update(Thing, { id: 20 }, { owner: { id: 1 } } as object),
    ]) {
      await expect(write()).rejects.toMatchObject({ code: "PARENT_DELETED" });
    }
    await save(dataSource, Y, { id: 11, owner: { id: 1 }, above: { id: 1 } });
    expect(await states(dataSource, Y)).toEqual([[false, false, false]]);
  });

  it("are removed for good each with its own parent", async () => {
    const dataSource = await fill();
    await dataSource.manager.delete(Y, 4);
    const result = await getSoftDeleteRepository(dataSource, A).forceDelete(1);

    expect(result.counts).toEqual({ A: 1, Thing: 2 });
    expect(await dataSource.manager.findBy(Thing, {})).toMatchObject([{ id: 3 }]);
  });

  it("hold back, from a purge, each its own parent", async () => {
    const dataSource = await fill();
    const manager = new SoftDeleteManager(dataSource);
    await manager.softDelete(A, 1);
    await manager.softDelete(B, 1);
    await manager.restore(Y, 3, { parents: "restore" });
    await setTimeout(10);
    const options = { olderThan: new Date() };

    // Y#4 keeps X#1, and X#1 keeps A#1.
    for (const dryRun of [true, false]) {
      const { counts, blocked } = await manager.purge({ ...options, dryRun });
      expect(counts).toEqual({ Thing: 1 });
      expect(blocked.map(({ count }) => count)).toEqual([1, 1]);
    }
    await dataSource.manager.delete(Y, 4);
    // Y#3 refers to B#1, by what would refer to A#1 in an X.
    for (const dryRun of [true, false]) {
      const { counts, blocked } = await manager.purge(A, { ...options, dryRun });
      expect({ counts, blocked }).toEqual({ counts: { A: 1, Thing: 1 }, blocked: [] });
    }
    expect(await dataSource.manager.findBy(Thing, {})).toMatchObject([{ id: 3 }]);
  });
});

@Entity()
class Owner extends Soft {}
@Entity()
class Detail extends Soft {}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Asset extends Soft {
  @ManyToOne(() => Owner) @OnSoftDelete("CASCADE") owner!: Owner | null;
}
@ChildEntity()
class Taken extends Asset {
  @OneToOne(() => Detail, { cascade: ["soft-remove"] }) @JoinColumn() detail!: Detail | null;
  @OneToMany(() => Label, (label) => label.asset, { cascade: ["soft-remove"] }) labels!: Label[];
}
@ChildEntity()
class Kept extends Asset {
  @OnSoftDelete("KEEP") declare owner: Owner | null;
  @OneToOne(() => Detail, { cascade: ["soft-remove"] })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  detail!: Detail | null;
}
@ChildEntity()
class Held extends Asset {
  @OnSoftDelete("RESTRICT") declare owner: Owner | null;
}
@Entity()
class Label extends Soft {
  @ManyToOne(() => Asset) asset!: Asset | null;
}

describeEachDatabase("siblings with policies of their own", (database) => {
  const entities = [Owner, Detail, Asset, Taken, Kept, Held, Label];

  it("go by what each of them restates", async () => {
    const dataSource = await database.open(entities, SUBSCRIBED);
    const owner = await save(dataSource, Owner, { id: 1 });
    await save(dataSource, Asset, { id: 1, owner });
    await save(dataSource, Taken, { id: 2, owner });
    await save(dataSource, Kept, { id: 3, owner });

    await expectRoundTrip(dataSource, Owner, 1, [Asset], [[true], [true, true, false]]);
    await save(dataSource, Held, { id: 4, owner });
    for (const repository of [
      getSoftDeleteRepository(dataSource, Owner),
      dataSource.getRepository(Owner),
    ]) {
      await expect(repository.softDelete(1)).rejects.toMatchObject({
        code: "SOFT_DELETE_RESTRICTED",
        relation: "Held.owner",
        sampleIds: [{ id: 4 }],
      });
    }
    expect(await states(dataSource, Asset)).toEqual([[false, false, false, false]]);
  });

  it("cascade from the owning side of a one-to-one by what each of them states", async () => {
    const dataSource = await database.open(entities, SUBSCRIBED);
    for (const [index, kind] of [Taken, Kept].entries()) {
      const detail = await save(dataSource, Detail, { id: index });
      await save(dataSource, kind, { id: index, detail });
    }

    await expectRoundTrip(dataSource, Taken, 0, [Detail], [[true], [true, false]]);
    await expectRoundTrip(dataSource, Kept, 1, [Detail], [[true], [false, false]]);
    await expectRoundTrip(
      dataSource,
      Asset,
      { id: 0 },
      [Detail],
      [
        [true, false],
        [true, false],
      ],
    );
  });

  it("cascade by TypeORM's own cascade as far as their class declares it", async () => {
    const dataSource = await database.open(entities, SUBSCRIBED);
    for (const [index, kind] of [Taken, Kept].entries()) {
      const asset = await save(dataSource, kind, { id: index });
      await save(dataSource, Label, { id: index, asset });
    }

    await expectRoundTrip(
      dataSource,
      Asset,
      { id: 0 },
      [Label],
      [
        [true, false],
        [true, false],
      ],
    );
    await expectRoundTrip(
      dataSource,
      Asset,
      { id: 1 },
      [Label],
      [
        [false, true],
        [false, false],
      ],
    );
    const taken = await dataSource.manager.findOneOrFail(Taken, {
      where: {},
      relations: { labels: true },
    });
    await getSoftDeleteRepository(dataSource, Asset).softRemove(taken);
    expect(taken.labels.map((label) => label.isDeleted)).toEqual([true]);
  });
});
