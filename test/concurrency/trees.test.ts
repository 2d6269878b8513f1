import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager } from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Folder extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;

  @Index()
  @ManyToOne(() => Folder)
  @OnSoftDelete("CASCADE")
  parent!: Folder | null;
}

describeEachDatabase("softDelete() of a tree", (database) => {
  // SQLite's single connection would put the one into the other's transaction.
  const itOnServers = database.name === "better-sqlite3" ? it.skip : it;

  itOnServers("takes a row that is restored below a row which it waits for", async () => {
    const ds = await database.open([Folder]);
    const root = await ds.manager.save(Folder, { name: "root", parent: null });
    const middle = await ds.manager.save(Folder, { name: "middle", parent: root });
    const leaf = await ds.manager.save(Folder, { name: "leaf", parent: middle });
    const below = await ds.manager.save(Folder, { name: "below", parent: leaf });
    const manager = new SoftDeleteManager(ds);
    await manager.softDelete(Folder, leaf.id);

    const runner = ds.createQueryRunner();
    await runner.startTransaction();
    await new SoftDeleteManager(runner.manager).restore(Folder, leaf.id);
    const deletion = manager.softDelete(Folder, root.id);
    // Long enough for the deletion to come to the lock; where it comes later, there is nothing to wait for.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await runner.commitTransaction();
    await runner.release();

    expect((await deletion).total).toBe(4);
    const rows = await ds.manager.find(Folder, { withDeleted: true });
    expect(rows.filter((row) => !row.isDeleted)).toEqual([]);
    expect(rows.map((row) => row.id).sort()).toEqual(
      [root, middle, leaf, below].map((row) => row.id).sort(),
    );
  });
});
