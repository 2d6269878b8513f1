import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryColumn,
  type DataSource,
  type EntityManager,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  ParentDeletedError,
  SoftDeletable,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Project extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
class Task extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() projectId!: number;
  @ManyToOne(() => Project) @OnSoftDelete("CASCADE") project!: Project;
}

const WITH_SUBSCRIBER = { subscribers: [SoftDeleteSubscriber] };

describeEachDatabase("a restore in a transaction that is older than a deletion", (database) => {
  // PostgreSQL's snapshots at that level stand in the README's limitations.
  const level = database.name === "mysql" ? "REPEATABLE READ" : "READ COMMITTED";

  async function inOlder(
    dataSource: DataSource,
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    // SQLite's transactions do not run beside each other.
    if (database.name === "better-sqlite3") await work(dataSource.manager);
    else await dataSource.transaction(level, work);
  }

  async function open() {
    const dataSource = await database.open([Project, Task], { ...WITH_SUBSCRIBER, file: true });
    const other = await database.connect([Project, Task], WITH_SUBSCRIBER);
    await dataSource.manager.insert(Project, { id: 1 });
    await dataSource.manager.insert(
      Task,
      [1, 2, 3].map((id) => ({ id, projectId: 1 })),
    );
    return { dataSource, projects: getSoftDeleteRepository(other, Project) };
  }

  it("refuses rows that were handed over to it, by id and by deletion", async () => {
    const { dataSource, projects } = await open();
    await getSoftDeleteRepository(dataSource, Task).softDelete(1);

    await inOlder(dataSource, async (manager) => {
      await manager.query("SELECT COUNT(*) FROM task");
      const { deletionId } = await projects.softDelete(1);
      const tasks = getSoftDeleteRepository(manager, Task);
      expect(await tasks.restore(1, { parents: "hand-over" })).toMatchObject({ handedOver: 1 });

      const refused: unknown = await tasks.restore(1).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ParentDeletedError);
      expect((refused as ParentDeletedError).parents).toMatchObject([{ id: { id: 1 } }]);
      expect(await tasks.restoreDeletion(deletionId!)).toMatchObject({
        counts: { Project: 1, Task: 3 },
      });
    });
    expect(await projects.count()).toBe(1);
  });

  it("finds it by its id, whole", async () => {
    const { dataSource, projects } = await open();

    await inOlder(dataSource, async (manager) => {
      await manager.query("SELECT COUNT(*) FROM task");
      const { deletionId } = await projects.softDelete(1);
      const restored = await getSoftDeleteRepository(manager, Task).restoreDeletion(deletionId!);
      expect(restored.counts).toEqual({ Project: 1, Task: 3 });
    });
  });
});
