import "reflect-metadata";
import {
  Column,
  Entity,
  EventSubscriber,
  Index,
  ManyToOne,
  PrimaryColumn,
  type BeforeQueryEvent,
  type DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  type QueryRunner,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type CheckCode,
} from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Project extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

/** By themselves a tree. */
@Entity()
class Task extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) projectId!: number | null;
  @ManyToOne(() => Project) @OnSoftDelete("CASCADE") project!: Project | null;
  @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
  @ManyToOne(() => Task) @OnSoftDelete("CASCADE") parent!: Task | null;
}

@Entity()
class Note extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() taskId!: number;
  @ManyToOne(() => Task) @OnSoftDelete("CASCADE") task!: Task;
}

@Entity()
class Invoice extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() projectId!: number;
  @ManyToOne(() => Project) @OnSoftDelete("RESTRICT") project!: Project;
}

const TABLES = [Invoice, Note, Task, Project];
const ENTITIES = [...TABLES, SoftDeleteLog];

/** Makes one statement fail, of those that are sent from when it is armed. */
@EventSubscriber()
class Fault implements EntitySubscriberInterface {
  /** How many statements are left before the one that fails. */
  static left = Number.POSITIVE_INFINITY;
  static sent: string[] = [];
  /** Whether the database itself has refused something, so that PostgreSQL's transaction is aborted. */
  static refused = false;
  static readonly error = new Error("the statement has failed");

  static arm(statement: number, refused: boolean): void {
    this.left = statement;
    this.refused = refused;
    this.sent = [];
  }

  beforeQuery({ query, queryRunner }: BeforeQueryEvent): Promise<unknown> | undefined {
    // A transaction whose rollback fails is not at its end, whatever the operation does.
    if (query.startsWith("ROLLBACK")) return undefined;
    Fault.sent.push(query);
    return --Fault.left === 0 ? fail(queryRunner) : undefined;
  }
}

async function fail(runner: QueryRunner): Promise<never> {
  if (Fault.refused) await runner.query("SELECT * FROM nowhere").catch(() => undefined);
  throw Fault.error;
}

const LAWS: readonly CheckCode[] = [
  "deleted-without-deletion-id",
  "active-with-deletion-id",
  "invalid-deletion-id",
  "active-below-deleted-parent",
];

interface Operation {
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

const OPERATIONS: Operation[] = [
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

describeEachDatabase("an operation one of whose statements fails", (database) => {
  let dataSource: DataSource;

  beforeAll(async () => {
    dataSource = await database.open(ENTITIES, { subscribers: [SoftDeleteSubscriber, Fault] });
  });
  afterEach(() => {
    Fault.left = Number.POSITIVE_INFINITY;
  });

  async function start({ prepare }: Operation): Promise<void> {
    const { manager } = dataSource;
    await manager.createQueryBuilder().delete().from(SoftDeleteLog).execute();
    await manager
      .createQueryBuilder()
      .update(Task)
      .set({ parentId: null })
      .callListeners(false)
      .execute();
    for (const entity of TABLES)
      await manager.createQueryBuilder().delete().from(entity).callListeners(false).execute();
    await manager.insert(Project, [{ id: 1 }, { id: 2 }]);
    await manager.insert(Task, [
      { id: 1, projectId: 1 },
      { id: 4, projectId: 2 },
    ]);
    await manager.insert(Task, { id: 2, parentId: 1 });
    await manager.insert(Task, { id: 3, parentId: 2 });
    await manager.insert(Note, [
      { id: 1, taskId: 2 },
      { id: 2, taskId: 3 },
      { id: 3, taskId: 4 },
    ]);
    await manager.insert(Invoice, { id: 1, projectId: 1 });
    await getSoftDeleteRepository(dataSource, Invoice).softDelete(1);
    await prepare(manager);
  }

  /** Every row, whether it is deleted, and with which others. */
  async function state(): Promise<string[]> {
    const ids = new Map<string, number>();
    const rows: string[] = [];
    for (const entity of TABLES) {
      const found = await dataSource.manager.find(entity, {
        withDeleted: true,
        order: { id: "ASC" },
      });
      for (const row of found) {
        const { id, deletedAt, deletionId } = row;
        if (deletionId !== null && !ids.has(deletionId)) ids.set(deletionId, ids.size);
        const group = deletionId === null ? "none" : String(ids.get(deletionId));
        rows.push(
          `${entity.name} ${String(id)} ${deletedAt === null ? "active" : "deleted"} ${group}`,
        );
      }
    }
    rows.push(`log ${String(await dataSource.manager.count(SoftDeleteLog))}`);
    return rows;
  }

  /** What breaks law 1 or law 2. */
  async function broken(): Promise<string[]> {
    const found = await all(dataSource.manager).check();
    return found.filter(({ code }) => LAWS.includes(code)).map(({ message }) => message);
  }

  async function inAutocommit(run: Operation["run"]): Promise<unknown> {
    return run(dataSource.manager).catch((error: unknown) => error);
  }

  /** What the operation has thrown the caller catches, and commits. */
  async function inTransaction(run: Operation["run"]): Promise<unknown> {
    let result: unknown;
    await dataSource.transaction(async (manager) => {
      Fault.sent = [];
      result = await run(manager).catch((error: unknown) => error);
      // The caller's own COMMIT does not fail.
      if (Fault.left > 0) Fault.left = Number.POSITIVE_INFINITY;
    });
    return result;
  }

  const ways = [
    ["in autocommit", inAutocommit],
    ["in the caller's transaction, which is committed", inTransaction],
  ] as const;
  const faults = [
    ["is never sent", false],
    ["is refused by the database", true],
  ] as const;

  for (const operation of OPERATIONS) {
    for (const [where, way] of ways) {
      it.each(faults)(
        `${operation.name}, ${where}, has done all or nothing: a statement that %s`,
        async (_, refused) => {
          await start(operation);
          const before = await state();
          await way(operation.run);
          const after = await state();
          const outcomes = [before, after].map((one) => JSON.stringify(one));
          let failed = 0;
          for (let statement = 1; ; statement++) {
            await start(operation);
            // The caller's own START TRANSACTION comes first.
            Fault.arm(way === inTransaction ? statement + 1 : statement, refused);
            const error = await way(operation.run);
            const reached = Fault.left <= 0;
            Fault.left = Number.POSITIVE_INFINITY;
            if (!reached) break;
            failed++;
            const told = `statement ${String(statement)}: ${Fault.sent.at(-1) ?? ""}`;
            expect([told, error instanceof Error]).toEqual([told, true]);
            if (operation.name !== "settle") expect([told, await broken()]).toEqual([told, []]);
            if (operation.repeatable === true) {
              await way(operation.run);
              const rows = (await state()).filter((row) => !row.startsWith("log"));
              expect([told, rows]).toEqual([told, after.filter((row) => !row.startsWith("log"))]);
            } else {
              expect(outcomes).toContain(JSON.stringify(await state()));
            }
          }
          expect(failed).toBeGreaterThan(2);
        },
      );
    }
  }
});
