import "reflect-metadata";
import { Column, Entity, Index, ManyToOne, PrimaryColumn, type EntityManager } from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteLog,
  SoftDeleteManager,
} from "../../src";

@Entity()
export class Project extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

/** By themselves a tree. */
@Entity()
export class Task extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) projectId!: number | null;
  @ManyToOne(() => Project) @OnSoftDelete("CASCADE") project!: Project | null;
  @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
  @ManyToOne(() => Task) @OnSoftDelete("CASCADE") parent!: Task | null;
}

@Entity()
export class Note extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() taskId!: number;
  @ManyToOne(() => Task) @OnSoftDelete("CASCADE") task!: Task;
}

@Entity()
export class Invoice extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() projectId!: number;
  @ManyToOne(() => Project) @OnSoftDelete("RESTRICT") project!: Project;
}

/** Children first. */
export const TABLES = [Invoice, Note, Task, Project];
export const ENTITIES = [...TABLES, SoftDeleteLog];

/** A call that is tried with faults. */
export interface Operation {
  readonly name: string;
  /** What stands before it, of rows that are all active. */
  prepare(manager: EntityManager): Promise<unknown>;
  run(manager: EntityManager): Promise<unknown>;
  /** Whether it goes by batches, of which each is atomic: called again it does the rest. */
  readonly repeatable?: boolean;
}

const projects = (manager: EntityManager) => getSoftDeleteRepository(manager, Project);
const tasks = (manager: EntityManager) => getSoftDeleteRepository(manager, Task);
const all = (manager: EntityManager): SoftDeleteManager => new SoftDeleteManager(manager);

/** The note, then its task with what is below, then the project: three deletions. */
async function deleteUpwards(manager: EntityManager): Promise<void> {
  await getSoftDeleteRepository(manager, Note).softDelete(1);
  await tasks(manager).softDelete(2);
  await projects(manager).softDelete(1);
}

const deletionOf = async (
  manager: EntityManager,
  target: typeof Project | typeof Task,
  id: number,
): Promise<string> => {
  const row = await manager.findOneOrFail(target, {
    where: { id },
    withDeleted: true,
  });
  return row.deletionId!;
};

export const OPERATIONS: Operation[] = [
  {
    name: "softDelete",
    prepare: (manager) => getSoftDeleteRepository(manager, Note).softDelete(1),
    run: (manager) => projects(manager).softDelete(1),
  },
  {
    name: "restore",
    prepare: (manager) => projects(manager).softDelete(1),
    run: (manager) => projects(manager).restore(1),
  },
  ...(["restore", "hand-over", "refuse"] as const).map((parents) => ({
    name: `restore with parents: ${parents}`,
    prepare: deleteUpwards,
    run: (manager: EntityManager) => tasks(manager).restore(2, { parents }),
  })),
  {
    name: "restoreDeletion, whole",
    prepare: (manager) => projects(manager).softDelete(1),
    run: async (manager) => {
      const id = await deletionOf(manager, Project, 1);
      return projects(manager).restoreDeletion(id);
    },
  },
  {
    name: "restoreDeletion below another",
    prepare: deleteUpwards,
    run: async (manager) =>
      tasks(manager).restoreDeletion(await deletionOf(manager, Task, 2), { parents: "restore" }),
  },
  {
    name: "forceDelete",
    prepare: (manager) => deleteUpwards(manager).then(() => restoreInvoices(manager)),
    run: (manager) => projects(manager).onlyDeleted().forceDelete(1),
  },
  {
    name: "purge",
    prepare: (manager) => deleteUpwards(manager).then(() => restoreInvoices(manager)),
    run: (manager) => all(manager).purge({ olderThan: new Date(), batchSize: 2 }),
    repeatable: true,
  },
  {
    name: "settle",
    prepare: unsettle,
    run: (manager) => all(manager).settle({ cascade: true, batchSize: 1 }),
    repeatable: true,
  },
];

/** Rows that a foreign key of no policy to a removed row would stand in the way of. */
async function restoreInvoices(manager: EntityManager): Promise<void> {
  await manager.createQueryBuilder().delete().from(Invoice).callListeners(false).execute();
}

/** Deletes two tasks as plain TypeORM does. */
async function unsettle(manager: EntityManager): Promise<void> {
  await manager
    .createQueryBuilder()
    .update(Task)
    .set({ deletedAt: new Date("2020-01-01T00:00:00.000Z") })
    .where("id IN (2, 4)")
    .callListeners(false)
    .execute();
}
