import {
  ChildEntity,
  Column,
  Entity,
  EntitySchema,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeParent,
} from "typeorm";

import {
  OnSoftDelete,
  SoftDeletable,
  softDeleteSchema,
  softDeleteSchemaColumns,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { World } from "../laws/world";
import { left, NOW, numbered, OLD } from "./world";

@Entity()
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Animal extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@ChildEntity()
class Dog extends Animal {
  @Column({ nullable: true }) chip!: string;
}

@ChildEntity()
class Cat extends Animal {}

@Entity()
class Collar extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => Dog) @OnSoftDelete("CASCADE") dog!: Dog;
}

@Entity()
@Tree("closure-table")
class Folder extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @TreeChildren() children!: Folder[];
  @TreeParent() @OnSoftDelete("CASCADE") parent!: Folder | null;
}

const Note = softDeleteSchema(
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as TypeORM's users write it
  new EntitySchema<{ id: number }>({
    name: "Note",
    columns: { id: { type: Number, primary: true }, ...softDeleteSchemaColumns },
  }),
);

const options = { subscribers: [SoftDeleteSubscriber.with({ clock: () => NOW })] };
const EXPIRED = { deletedAt: OLD };

describeEachDatabase("purge of", (database) => {
  async function open(entities: Parameters<typeof database.open>[0]): Promise<World> {
    const world = new World(database.name);
    world.dataSource = await database.open(entities, options);
    return world;
  }

  it("one entity of several in a table leaves the rows of the others", async () => {
    const world = await open([Animal, Dog, Cat, Collar]);
    await world.insert(Dog, [{ id: 1, ...EXPIRED }, { id: 2, ...EXPIRED }, { id: 3 }]);
    await world.insert(Cat, [{ id: 4, ...EXPIRED }, { id: 5 }]);
    await world.insert(Collar, [
      { id: 1, dog: { id: 1 }, ...EXPIRED },
      { id: 2, dog: { id: 2 } },
    ]);
    const softDeletes = new SoftDeleteManager(world.dataSource);
    const dogs = await softDeletes.purge(Dog, { olderThan: "30d" });
    expect(dogs).toMatchObject({
      counts: { Animal: 1, Collar: 1 },
      blocked: [{ relation: "Collar.dog", count: 1 }],
    });
    expect(await left(world, Animal)).toEqual([2, 3, 4, 5]);
    const all = await softDeletes.purge({ olderThan: "30d" });
    expect(all.counts).toEqual({ Animal: 1 });
    expect(await left(world, Animal)).toEqual([2, 3, 5]);
  });

  it("a tree with a closure table takes its closure rows along", async () => {
    const world = await open([Folder]);
    const trees = world.dataSource.getTreeRepository(Folder);
    const save = (parent: Folder | null): Promise<Folder> => trees.save(trees.create({ parent }));
    const root = await save(null);
    const [kept, gone] = [await save(root), await save(root)];
    const leaf = await save(gone);
    const softDeletes = new SoftDeleteManager(world.dataSource);
    await world.dataSource
      .createQueryBuilder()
      .update(Folder)
      .set({ deletedAt: EXPIRED.deletedAt })
      .where({ id: gone.id })
      .orWhere({ id: leaf.id })
      .callListeners(false)
      .execute();
    const result = await softDeletes.purge({ olderThan: "30d", batchSize: 1 });
    expect(result).toMatchObject({ counts: { Folder: 2 }, blocked: [], failures: [] });
    expect(await left(world, Folder)).toEqual([root.id, kept.id]);
    const { closureJunctionTable } = world.dataSource.getMetadata(Folder);
    const pairs = await world.dataSource.query<object[]>(
      `SELECT * FROM ${world.escape(closureJunctionTable.tableName)}`,
    );
    expect(pairs).toHaveLength(3);
  });

  it("an EntitySchema", async () => {
    const world = await open([Note]);
    await world.insert(
      Note,
      numbered(5, (id) => (id % 2 === 0 ? EXPIRED : {})),
    );
    const result = await new SoftDeleteManager(world.dataSource).purge({ olderThan: "30d" });
    expect(result.counts).toEqual({ Note: 2 });
    expect(await left(world, Note)).toEqual([1, 3, 5]);
  });
});
