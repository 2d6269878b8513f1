import {
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteManager,
  withSoftDelete,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, SUBSCRIBED } from "./round-trip";

@Entity()
class Parent extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Account {
  @PrimaryColumn() id!: number;
  @Column({ default: 0 }) points!: number;
}
@ChildEntity()
class Member extends Account {
  @DeleteDateColumn() leftAt!: Date | null;
  @DeletionIdColumn() leave!: string | null;
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent | null;
}
@ChildEntity()
class Robot extends Account {}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Vehicle {
  @PrimaryColumn() id!: number;
  @Column({ default: 0 }) points!: number;
}
@ChildEntity()
class Car extends withSoftDelete(Vehicle, {
  deletedAt: { name: "leftAt" },
  deletionId: { name: "leave" },
  deletedFlag: true,
}) {
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent | null;
}
@ChildEntity()
class Bicycle extends Vehicle {}

const FAMILIES = [
  [Account, Member, Robot],
  [Vehicle, Car, Bicycle],
] as const;

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Boat {
  @PrimaryColumn() id!: number;
}
@ChildEntity()
class Canoe extends withSoftDelete(Boat) {
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent | null;
}
@ChildEntity()
class Ferry extends withSoftDelete(Boat) {
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent | null;
}
@ChildEntity()
class Raft extends Boat {}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Tool {
  @PrimaryColumn() id!: number;
}
@ChildEntity()
class Hammer extends withSoftDelete(Tool) {}
@ChildEntity()
class Drone extends Tool {
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent | null;
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Machine {
  @PrimaryColumn() id!: number;
}
@ChildEntity()
class Saw extends withSoftDelete(Machine) {}
@ChildEntity()
class Drill extends Machine {}
@Entity()
class Part extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => Drill) @OnSoftDelete("RESTRICT") drill!: Drill | null;
}

describeEachDatabase("delete columns of one child entity alone", (database) => {
  for (const [base, child, sibling] of FAMILIES) {
    const name = child.name;
    async function fill() {
      const dataSource = await database.open([Parent, base, child, sibling], SUBSCRIBED);
      const parent = await save(dataSource, Parent, { id: 1 });
      await save(dataSource, child, { id: 1, parent });
      await save(dataSource, child, { id: 2 });
      await save(dataSource, sibling, { id: 3 });
      await save(dataSource, base, { id: 4 });
      const deleted = async () => {
        const table = dataSource.driver.escape(dataSource.getMetadata(base).tableName);
        const columns = ["leftAt", "leave"].map((column) => dataSource.driver.escape(column));
        const rows = await dataSource.query<{ id: number }[]>(
          `SELECT id FROM ${table} WHERE ${columns.join(" IS NOT NULL OR ")} IS NOT NULL ORDER BY id`,
        );
        return rows.map((row) => row.id);
      };
      return { dataSource, deleted, parent };
    }

    it(`${name}: cascade into it, and are read right`, async () => {
      const { dataSource, deleted } = await fill();
      await expectRoundTrip(dataSource, Parent, 1, [child], [[true], [true, false]]);
      await expectRoundTrip(dataSource, child, 2, [], [[false, true]]);

      await getSoftDeleteRepository(dataSource, Parent).softDelete(1);
      expect(await deleted()).toEqual([1]);
      for (const entity of [child, base]) {
        const repository = getSoftDeleteRepository<Account>(dataSource, entity);
        const trash = await repository.onlyDeleted().find();
        expect(trash.map(({ id }) => id)).toEqual([1]);
        expect(await repository.onlyDeleted().createQueryBuilder("x").getCount()).toBe(1);
      }
      const rest = await dataSource.manager.find<Account>(base, { order: { id: "ASC" } });
      expect(rest.map(({ id }) => id)).toEqual([2, 3, 4]);
      expect(await dataSource.manager.count(sibling)).toBe(1);
    });

    it(`${name}: refuse its sibling by every verb, also by key`, async () => {
      const { dataSource, deleted } = await fill();
      const siblings = getSoftDeleteRepository<Account>(dataSource, sibling);
      const object = await siblings.findOneByOrFail({ id: 3 });
      const bases = getSoftDeleteRepository<Account>(dataSource, base);
      const refused = {
        code: "SOFT_DELETE_CONFIGURATION",
        message: expect.stringContaining(sibling.name) as string,
      };

      for (const call of [
        () => siblings.softDelete(3),
        () => siblings.softDelete({ points: 0 }),
        () => siblings.softRemove(object),
        () => siblings.previewSoftDelete(3),
        () => siblings.restore(3),
        () => siblings.recover(object),
        () => siblings.forceDelete(3),
        () => siblings.forceRemove(object),
        () => siblings.purge({ olderThan: "1d" }),
        () => bases.softRemove(object),
        () => bases.forceRemove(object),
        async () => Promise.resolve(siblings.onlyDeleted()),
      ]) {
        await expect(call()).rejects.toMatchObject(refused);
      }
      expect(await deleted()).toEqual([]);
      expect(await dataSource.manager.count<Account>(base)).toBe(4);
    });

    it(`${name}: let a call on the base entity touch its rows alone`, async () => {
      const { dataSource, deleted } = await fill();
      const bases = getSoftDeleteRepository<Account>(dataSource, base);
      expect((await bases.previewSoftDelete({ points: 0 })).total).toBe(2);
      expect(await bases.softDelete({ points: 0 })).toMatchObject({ affected: 2, total: 2 });
      expect(await deleted()).toEqual([1, 2]);
      expect((await bases.restore({ points: 0 })).affected).toBe(2);
      expect(await deleted()).toEqual([]);
      expect((await bases.softDelete([3, 4])).affected).toBe(0);

      const manager = dataSource.manager;
      await manager.softDelete<Account>(base, { points: 0 });
      expect(await deleted()).toEqual([1, 2]);
      await manager.restore<Account>(base, { points: 0 });
      expect(await deleted()).toEqual([]);
      expect(await new SoftDeleteManager(dataSource).check().then(errors)).toEqual([]);

      expect((await bases.forceDelete({ points: 0 })).affected).toBe(2);
      expect(await manager.count<Account>(base)).toBe(2);
    });

    it(`${name}: are neither settled nor purged of other rows`, async () => {
      const { dataSource } = await fill();
      const table = dataSource.driver.escape(dataSource.getMetadata(base).tableName);
      const date = dataSource.driver.escape("leftAt");
      await dataSource.query(`UPDATE ${table} SET ${date} = '2020-02-02 10:00:00'`);
      const manager = new SoftDeleteManager(dataSource);

      const found = errors(await manager.check());
      expect(found[0]).toEqual(["deleted-without-deletion-id", base.name, 2]);
      // The raw UPDATE has not set the flag, where there is one.
      expect(found.slice(1)).toEqual(
        base === Vehicle ? [["deleted-flag-out-of-step", base.name, 2]] : [],
      );
      expect((await manager.settle()).counts).toEqual({ [base.name]: 2 });
      expect((await manager.purge({ olderThan: "1d", dryRun: true })).total).toBe(2);
      expect((await manager.purge({ olderThan: "1d" })).total).toBe(2);
      const left = await dataSource.manager.find<Account>(base, {
        withDeleted: true,
        order: { id: "ASC" },
      });
      expect(left.map(({ id }) => id)).toEqual([3, 4]);
    });
  }

  it("are shared by several child entities that bring them", async () => {
    const dataSource = await database.open([Parent, Boat, Canoe, Ferry, Raft], SUBSCRIBED);
    const parent = await save(dataSource, Parent, { id: 1 });
    for (const [index, entity] of [Canoe, Ferry].entries())
      await save<Canoe>(dataSource, entity, { id: index, parent });
    await save(dataSource, Raft, { id: 2 });

    await expectRoundTrip(dataSource, Parent, 1, [Canoe, Ferry], [[true], [true], [true]]);
    await expect(getSoftDeleteRepository(dataSource, Raft).softDelete(2)).rejects.toThrow("Raft");
    const names = dataSource.getMetadata(Boat).indices.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("refuse a cascade into the sibling, and a policy that acts on its deletion", async () => {
    await expect(database.open([Parent, Tool, Hammer, Drone], SUBSCRIBED)).rejects.toThrow(
      "Drone.parent: the cascade reaches Drone, which cannot be soft-deleted",
    );
    await expect(database.open([Machine, Saw, Drill, Part], SUBSCRIBED)).rejects.toThrow(
      "Part.drill: the policy acts when a Drill is soft-deleted",
    );
  });
});

function errors(
  findings: Awaited<ReturnType<SoftDeleteManager["check"]>>,
): [string, string, number | undefined][] {
  return findings
    .filter(({ severity }) => severity === "error")
    .map(({ code, entity, count }) => [code, entity, count]);
}
