import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type RelationOptions,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager } from "../../src";
import { describeEachDatabase, later } from "../harness";
import { World } from "../laws/world";
import { left, numbered } from "../purge/world";

const FIRST: readonly ("Key" | "Lock")[] = ["Key", "Lock"];

/** Each refers to the other, and neither can do without. */
function declare(first: "Key" | "Lock", keyToLock: RelationOptions, lockToKey: RelationOptions) {
  class Key extends SoftDeletable {
    @PrimaryColumn() id!: number;
    @Index() @Column({ type: "int" }) lockId!: number;
    @ManyToOne(() => Lock, keyToLock) @JoinColumn() @OnSoftDelete("CASCADE") lock!: object;
  }

  class Lock extends SoftDeletable {
    @PrimaryColumn() id!: number;
    @Index() @Column({ type: "int" }) keyId!: number;
    @ManyToOne(() => Key, lockToKey) @JoinColumn() @OnSoftDelete("KEEP") key!: object;
  }

  for (const one of first === "Key" ? [Key, Lock] : [Lock, Key]) Entity()(one);
  return { Key, Lock };
}

describeEachDatabase("removal of rows that refer to each other in a ring", (database) => {
  async function open(Key: new () => object, Lock: new () => object): Promise<World> {
    const world = new World(database.name);
    world.dataSource = await database.open([Key, Lock]);
    await world.dataSource.transaction(async (manager) => {
      const rows = numbered(4, (id) => ({ lockId: id, keyId: id }));
      await manager.insert(Lock, rows);
      await manager.insert(Key, rows);
    });
    return world;
  }

  it.each(FIRST)(
    "goes by the constraint that the database holds, %s declared first",
    async (first) => {
      const { Key, Lock } = declare(first, {}, { createForeignKeyConstraints: false });
      const world = await open(Key, Lock);
      const softDeletes = new SoftDeleteManager(world.dataSource);

      const result = await softDeletes.forceDelete(Lock, [1, 2]);
      expect(result.counts).toEqual({ Key: 2, Lock: 2 });

      await softDeletes.softDelete(Lock, 3);
      const purged = await softDeletes.purge({ olderThan: await later() });
      expect(purged).toMatchObject({ counts: { Key: 1, Lock: 1 }, failures: [] });
      expect(await left(world, Key)).toEqual([4]);
    },
  );

  describe("where constraints are checked by the COMMIT", () => {
    // MySQL and MariaDB know no such constraints, and so no such rows.
    if (database.name === "mysql") return;
    const deferred = { deferrable: "INITIALLY DEFERRED" } as const;

    it.each(FIRST)("takes it, %s declared first", async (first) => {
      const { Key, Lock } = declare(first, deferred, deferred);
      const world = await open(Key, Lock);
      const result = await new SoftDeleteManager(world.dataSource).forceDelete(Lock, [1, 2]);
      expect(result.counts).toEqual({ Key: 2, Lock: 2 });
      expect(await left(world, Key)).toEqual([3, 4]);
    });

    it("is refused in words where a row that stays refers to it", async () => {
      const { Key, Lock } = declare("Key", deferred, deferred);
      const world = await open(Key, Lock);
      await world.insert(Lock, [{ id: 5, keyId: 2 }]);
      const removal = new SoftDeleteManager(world.dataSource).forceDelete(Lock, [1, 2]);
      await expect(removal).rejects.toMatchObject({
        code: "STILL_REFERENCED",
        relation: "Lock.key",
        sampleIds: [{ id: 5 }],
      });
      expect(await left(world, Key)).toEqual([1, 2, 3, 4]);
    });
  });
});
