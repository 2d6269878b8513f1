import {
  Column,
  DeleteDateColumn,
  Entity,
  EventSubscriber,
  ManyToOne,
  PrimaryGeneratedColumn,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteConfigurationError,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, recordStatements, type TestDatabase } from "../harness";

@Entity()
class Parent extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity()
class Child {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent;
}

@Entity()
class Plain {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

/** Soft-deletable by TypeORM, unknown to the package. */
@Entity()
class Ordinary {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
}

class Undecorated extends SoftDeleteSubscriber {}

@EventSubscriber()
class Decorated extends SoftDeleteSubscriber {}

describeEachDatabase("initialize", (database) => {
  it("rejects a contradiction before any table is created", async () => {
    await expect(
      database.open([Plain, Parent, Child], { subscribers: [SoftDeleteSubscriber] }),
    ).rejects.toThrow(SoftDeleteConfigurationError);

    const dataSource = await database.open([], { synchronize: false });
    const runner = dataSource.createQueryRunner();
    expect(await runner.hasTable("plain")).toBe(false);
    expect(await runner.hasTable("child")).toBe(false);
    await runner.release();
  });

  it("works without a soft-deletable entity", async () => {
    const dataSource = await database.open([Plain], { subscribers: [SoftDeleteSubscriber] });

    await dataSource.getRepository(Plain).save({ name: "kept" });

    expect(await dataSource.getRepository(Plain).count()).toBe(1);
  });

  it("works without entities", async () => {
    const dataSource = await database.open([], { subscribers: [SoftDeleteSubscriber] });

    expect(dataSource.isInitialized).toBe(true);
  });

  it("works a second time on the same data source", async () => {
    const dataSource = await database.open([Parent], {
      subscribers: [SoftDeleteSubscriber],
      file: true,
    });
    await dataSource.destroy();
    await dataSource.initialize();

    const { id } = await dataSource.getRepository(Parent).save({});
    await dataSource.getRepository(Parent).softDelete(id);

    const row = await dataSource.getRepository(Parent).findOneOrFail({
      where: { id },
      withDeleted: true,
    });
    expect(row.deletionId).not.toBeNull();
  });
});

describeEachDatabase("a subclass of the subscriber", (database) => {
  it("is refused at the first operation when TypeORM would ignore it", async () => {
    const dataSource = await database.open([Parent], { subscribers: [Undecorated] });
    const { id } = await dataSource.getRepository(Parent).save({});

    await expect(getSoftDeleteRepository(dataSource, Parent).softDelete(id)).rejects.toThrow(
      "Undecorated: TypeORM ignores a subscriber class without its own @EventSubscriber().",
    );

    expect(await dataSource.getRepository(Parent).count()).toBe(1);
  });

  it("is refused by initialize() beside another one", async () => {
    await expect(
      database.open([Parent], {
        subscribers: [Decorated, SoftDeleteSubscriber.with({ actor: () => "ada" })],
      }),
    ).rejects.toThrow("several soft delete subscribers: Decorated, ");
  });

  it("is refused by initialize() beside a subscriber that works", async () => {
    await expect(
      database.open([Parent], { subscribers: [SoftDeleteSubscriber, Undecorated] }),
    ).rejects.toThrow("Undecorated");
  });

  it("works when it is decorated", async () => {
    const dataSource = await database.open([Parent], { subscribers: [Decorated] });
    const { id } = await dataSource.getRepository(Parent).save({});

    await dataSource.getRepository(Parent).softDelete(id);

    const [row] = await dataSource.getRepository(Parent).find({ withDeleted: true });
    expect(row?.deletionId).not.toBeNull();
  });
});

describeEachDatabase("entities that the package does not know", (database) => {
  /** What TypeORM sends for every kind of call. */
  async function statements(
    from: TestDatabase,
    subscribers: (typeof SoftDeleteSubscriber)[],
  ): Promise<string[]> {
    const dataSource = await from.open([Plain, Ordinary, Parent], { subscribers });
    const recording = recordStatements(dataSource);
    const [plain, ordinary] = [dataSource.getRepository(Plain), dataSource.getRepository(Ordinary)];
    const row = await plain.save({ name: "one" });
    await plain.save({ id: row.id, name: "two" });
    await plain.insert({ name: "three" });
    await plain.update({ name: "two" }, { name: "four" });
    await plain.find();
    await plain.remove(row);
    const given = await ordinary.save({ name: "one" });
    await ordinary.save({ id: given.id, name: "two" });
    await ordinary.softDelete(given.id);
    await ordinary.restore(given.id);
    await ordinary.softRemove(given);
    await ordinary.recover(given);
    await ordinary.find({ withDeleted: true });
    await ordinary.delete({ name: "two" });
    recording.stop();
    await dataSource.destroy();
    return recording.statements;
  }

  it("cost exactly the statements that they cost without the subscriber", async () => {
    const without = await statements(database, []);

    const withIt = await statements(database, [SoftDeleteSubscriber]);

    expect(withIt).toEqual(without);
    expect(withIt.length).toBeGreaterThan(20);
  });
});

describeEachDatabase("reads and writes of a soft-deletable entity", (database) => {
  async function statements(subscribers: (typeof SoftDeleteSubscriber)[]): Promise<string[]> {
    const dataSource = await database.open([Parent], { subscribers });
    const recording = recordStatements(dataSource);
    const parents = dataSource.getRepository(Parent);
    const { id } = await parents.save({});
    await parents.insert({});
    await parents.find();
    await parents.findOneBy({ id });
    await parents.count();
    await parents.delete(id);
    recording.stop();
    await dataSource.destroy();
    return recording.statements;
  }

  it("cost exactly the statements that they cost without the subscriber", async () => {
    const without = await statements([]);

    expect(await statements([SoftDeleteSubscriber])).toEqual(without);
  });
});
