import "reflect-metadata";
import { Column, Entity, Index, ManyToOne, PrimaryColumn, type DataSource } from "typeorm";

import {
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  withSoftDelete,
} from "../../src";
import { describeEachDatabase } from "../harness";

/** Has no columns for notes. */
@Entity()
class Folder extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
class Owner extends withSoftDelete(undefined, { deletedBy: true, deleteReason: true }) {
  @PrimaryColumn() id!: number;
}

/** Its notes hold less than those of its owner. */
@Entity()
class Paper extends withSoftDelete(undefined, { deletedBy: true, deleteReason: { length: 8 } }) {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Folder) @OnSoftDelete("CASCADE") folder!: Folder | null;
  @Index() @ManyToOne(() => Owner) @OnSoftDelete("RESTRICT") owner!: Owner | null;
}

const FREE = { createForeignKeyConstraints: false };

/** A ring of two tables, of which one has no columns for notes. */
@Entity()
class Box extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Item, FREE) @OnSoftDelete("CASCADE") around!: unknown;
}

@Entity()
class Item extends withSoftDelete(undefined, { deletedBy: true, deleteReason: { length: 8 } }) {
  @PrimaryColumn() id!: number;
  @Column({ default: "" }) name!: string;
  @Index() @ManyToOne(() => Box, FREE) @OnSoftDelete("CASCADE") box!: Box | null;
  @Index() @ManyToOne(() => Item, FREE) @OnSoftDelete("CASCADE") above!: Item | null;
}

const ENTITIES = [Folder, Owner, Paper, Box, Item];

/** An application's own log: another table, and more columns. */
@Entity("trash_log")
class TrashLog extends SoftDeleteLog {
  @Column({ type: "varchar", length: 20, nullable: true }) tenant: string | null = "acme";
}

describeEachDatabase("The notes of a row that is handed over", (database) => {
  const open = (entities: readonly (typeof SoftDeleteLog)[] = []): Promise<DataSource> =>
    database.open([...ENTITIES, ...entities], { subscribers: [SoftDeleteSubscriber] });

  async function paper(dataSource: DataSource): Promise<SoftDeleteManager> {
    const { manager } = dataSource;
    const [folder, owner] = [
      await manager.save(Folder, { id: 1 }),
      await manager.save(Owner, { id: 1 }),
    ];
    await manager.save(Paper, { id: 1, folder, owner });
    return new SoftDeleteManager(manager);
  }

  const handOver = (softDeletes: SoftDeleteManager): Promise<unknown> =>
    softDeletes.restore(Paper, 1, { parents: "hand-over" });

  const notes = async (
    { manager }: DataSource,
    entity: typeof Paper | typeof Item,
    id = 1,
  ): Promise<unknown[]> => {
    const row = await manager.findOneOrFail(entity, { where: { id }, withDeleted: true });
    return [row.deletedBy, row.deleteReason, row.deletionId];
  };

  it("are those of the deletion it is handed to, cut to what its columns hold", async () => {
    const dataSource = await open();
    const softDeletes = await paper(dataSource);
    await softDeletes.softDelete(Folder, 1, { actor: "ada", reason: "tidy" });
    const { deletionId } = await softDeletes.softDelete(Owner, 1, {
      actor: "bob",
      reason: "he left in May",
    });

    expect(await softDeletes.restore(Folder, 1)).toMatchObject({ total: 1, handedOver: 1 });

    expect(await notes(dataSource, Paper)).toEqual(["bob", "he left ", deletionId]);
  });

  it("are none where that deletion has none", async () => {
    const dataSource = await open();
    const softDeletes = await paper(dataSource);
    await softDeletes.softDelete(Folder, 1, { actor: "ada", reason: "tidy" });
    await softDeletes.softDelete(Owner, 1);

    await softDeletes.restore(Folder, 1);

    expect((await notes(dataSource, Paper)).slice(0, 2)).toEqual([null, null]);
  });

  it("are its own where nothing tells those of that deletion", async () => {
    const dataSource = await open();
    const softDeletes = await paper(dataSource);
    await softDeletes.softDelete(Paper, 1, { actor: "ada", reason: "tidy" });
    const { deletionId } = await softDeletes.softDelete(Folder, 1, { actor: "bob" });

    expect(await handOver(softDeletes)).toMatchObject({ total: 0, handedOver: 1 });

    expect(await notes(dataSource, Paper)).toEqual(["ada", "tidy", deletionId]);
  });

  it.each([SoftDeleteLog, TrashLog])(
    "are those that the log has of that deletion, where the parent's entity has no columns: %p",
    async (log) => {
      const dataSource = await open([log]);
      const softDeletes = await paper(dataSource);
      await softDeletes.softDelete(Paper, 1, { actor: "ada", reason: "tidy" });
      const { deletionId } = await softDeletes.softDelete(Folder, 1, {
        actor: "bob",
        reason: "empty",
      });

      await handOver(softDeletes);

      expect(await notes(dataSource, Paper)).toEqual(["bob", "empty", deletionId]);
    },
  );

  it.each([SoftDeleteLog, TrashLog])(
    "are its own where the log has forgotten that deletion: %p",
    async (log) => {
      const dataSource = await open([log]);
      const softDeletes = await paper(dataSource);
      await softDeletes.softDelete(Paper, 1, { actor: "ada", reason: "tidy" });
      const { deletionId } = await softDeletes.softDelete(Folder, 1, { actor: "bob" });
      await dataSource.manager.deleteAll(log);

      await handOver(softDeletes);

      expect(await notes(dataSource, Paper)).toEqual(["ada", "tidy", deletionId]);
    },
  );

  describe("in a ring of tables", () => {
    // Item 2 hangs by box 1, item 3 by item 2; item 5 by item 4, and by box 2.
    async function ring(dataSource: DataSource): Promise<SoftDeleteManager> {
      const { manager } = dataSource;
      await manager.save(Box, [{ id: 1 }, { id: 2 }]);
      await manager.save(Item, { id: 2, box: { id: 1 } });
      await manager.save(Item, { id: 3, above: { id: 2 } });
      await manager.save(Item, { id: 4 });
      await manager.save(Item, { id: 5, above: { id: 4 }, box: { id: 2 } });
      return new SoftDeleteManager(manager);
    }

    it.each([
      ["are its own without a log", [], ["ada", "tidy"]],
      ["are the log's", [SoftDeleteLog], ["bob", "box full"]],
      ["are those of a log of the application's own", [TrashLog], ["bob", "box full"]],
    ])("%s", async (_, entities, expected) => {
      const dataSource = await open(entities);
      const softDeletes = await ring(dataSource);
      await softDeletes.softDelete(Item, 2, { actor: "ada", reason: "tidy" });
      const { deletionId } = await softDeletes.softDelete(Box, 1, {
        actor: "bob",
        reason: "box full",
      });

      const restored = await softDeletes.restore(Item, 2, { parents: "hand-over" });

      expect(restored).toMatchObject({ total: 0, handedOver: 2 });
      expect(await notes(dataSource, Item, 2)).toEqual([...expected, deletionId]);
      expect(await notes(dataSource, Item, 3)).toEqual([...expected, deletionId]);
    });

    it("are those of a parent that has columns", async () => {
      const dataSource = await open();
      const softDeletes = await ring(dataSource);
      await softDeletes.softDelete(Box, 2, { actor: "ada", reason: "tidy" });
      const { deletionId } = await softDeletes.softDelete(Item, 4, { actor: "bob" });

      expect(await softDeletes.restore(Box, 2)).toMatchObject({ total: 1, handedOver: 1 });

      expect(await notes(dataSource, Item, 5)).toEqual(["bob", null, deletionId]);
    });
  });

  it("stay, and nobody is told, where the row stays in its own deletion", async () => {
    const dataSource = await open([SoftDeleteLog]);
    const softDeletes = await paper(dataSource);
    const { deletionId } = await softDeletes.softDelete(Folder, 1, {
      actor: "ada",
      reason: "tidy",
    });

    const restored = await softDeletes.restore(Paper, 1, { parents: "hand-over", actor: "bob" });

    expect(restored).toMatchObject({ affected: 0, total: 0, handedOver: 0 });
    expect(await notes(dataSource, Paper)).toEqual(["ada", "tidy", deletionId]);
    const entries = await dataSource.manager.find(SoftDeleteLog);
    expect(entries.map(({ action }) => action)).toEqual(["soft-delete"]);
  });
});
