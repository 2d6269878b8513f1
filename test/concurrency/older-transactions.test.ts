import "reflect-metadata";
import { setTimeout } from "node:timers/promises";
import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryColumn,
  QueryFailedError,
  type DataSource,
  type EntityManager,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  ParentDeletedError,
  SoftDeletable,
  SoftDeleteRestrictedError,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, statementsOf, tellConnections } from "../harness";

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
class Invoice extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() projectId!: number;
  @ManyToOne(() => Project) @OnSoftDelete("RESTRICT") project!: Project;
}

const ENTITIES = [Project, Task, Invoice];
const OPTIONS = { file: true, subscribers: [SoftDeleteSubscriber] };
const LEVELS = ["REPEATABLE READ", "SERIALIZABLE"] as const;
const ROUNDS = 100;

type Level = (typeof LEVELS)[number];
type Work = (manager: EntityManager) => Promise<unknown>;

const codeOf = (error: unknown): unknown =>
  (error as { driverError?: { code?: unknown } } | null)?.driverError?.code;
const REPEATED = ["40001", "40P01", "ER_LOCK_DEADLOCK", "ER_CHECKREAD"];

describeEachDatabase("a transaction of the caller's that is older than a change", (database) => {
  let dataSource: DataSource;
  let other: DataSource;

  beforeAll(async () => {
    dataSource = await database.open(ENTITIES, OPTIONS);
    other = await database.connect(ENTITIES, OPTIONS);
    if (database.name === "postgres")
      for (const one of [dataSource, other])
        await tellConnections(one, "SET deadlock_timeout = 20");
  });
  beforeEach(async () => {
    await dataSource.createQueryBuilder().update(Task).set({ parentId: null }).execute();
    for (const entity of [Invoice, Task, Project])
      await dataSource.createQueryBuilder().delete().from(entity).execute();
    await dataSource.manager.insert(Project, { id: 1 });
    await dataSource.manager.insert(Task, { id: 1, projectId: 1 });
    await dataSource.manager.insert(Task, [
      { id: 2, projectId: null, parentId: 1 },
      { id: 3, projectId: null, parentId: 2 },
    ]);
    await dataSource.manager.insert(Invoice, { id: 1, projectId: 1 });
    await getSoftDeleteRepository(dataSource, Invoice).softDelete(1);
  });

  const deleted = (entity: typeof Project | typeof Task, id: number): Promise<unknown> =>
    getSoftDeleteRepository(other, entity).softDelete(id);

  /** Active rows below deleted parents. */
  async function orphans(): Promise<string[]> {
    const projects = new Map(
      (await dataSource.manager.find(Project, { withDeleted: true })).map((row) => [row.id, row]),
    );
    const tasks = await dataSource.manager.find(Task, { withDeleted: true });
    const byId = new Map(tasks.map((row) => [row.id, row]));
    const invoices = await dataSource.manager.find(Invoice, { withDeleted: true });
    const isDeleted = (row: SoftDeletable | undefined): boolean => row?.isDeleted === true;
    return [
      ...tasks
        .filter(
          (row) =>
            isDeleted(projects.get(row.projectId ?? 0)) || isDeleted(byId.get(row.parentId ?? 0)),
        )
        .filter((row) => !isDeleted(row))
        .map((row) => `Task ${String(row.id)}`),
      ...invoices
        .filter((row) => !isDeleted(row) && isDeleted(projects.get(row.projectId)))
        .map((row) => `Invoice ${String(row.id)}`),
    ];
  }

  /** What work gives or throws in a transaction that has read before something else happens. */
  async function older(level: Level, meanwhile: () => Promise<unknown>, work: Work) {
    return dataSource
      .transaction(level, async (manager) => {
        // At SERIALIZABLE MySQL locks what it reads.
        await manager.query("SELECT COUNT(*) FROM information_schema.tables");
        if (database.name === "postgres" || level === "REPEATABLE READ")
          await manager.query("SELECT COUNT(*) FROM task");
        await meanwhile();
        return work(manager);
      })
      .catch((error: unknown) => error);
  }

  const calls: [string, (manager: EntityManager) => Promise<unknown>][] = [
    ["repository", (manager) => getSoftDeleteRepository(manager, Project).softDelete(1)],
    ["TypeORM", (manager) => manager.softDelete(Project, 1)],
  ];

  // SQLite has one writer, and no levels.
  if (database.name === "better-sqlite3") {
    it("fails when it is about to write", async () => {
      await other.query("PRAGMA journal_mode = WAL");
      await deleted(Task, 1);
      const call = dataSource.transaction(async (manager) => {
        await manager.query("SELECT COUNT(*) FROM task");
        await getSoftDeleteRepository(other, Task).restore(1);
        await calls[0]![1](manager);
      });
      await expect(call).rejects.toMatchObject({ code: "SQLITE_BUSY_SNAPSHOT" });
      expect(await orphans()).toEqual([]);
    });
    return;
  }

  describe.each(LEVELS)("at %s", (level) => {
    for (const [name, softDelete] of calls) {
      it(`leaves no task active that is restored before its project is deleted, by ${name}`, async () => {
        await deleted(Task, 1);
        const restore = (): Promise<unknown> => getSoftDeleteRepository(other, Task).restore(1);
        const result = await older(level, restore, softDelete);
        // PostgreSQL cannot serialize the two; the others see what is committed.
        if (database.name === "postgres") expect(codeOf(result)).toBe("40001");
        else expect(result).not.toBeInstanceOf(Error);
        expect(await orphans()).toEqual([]);
      });

      it(`leaves no task of a tree active that is restored before, by ${name}`, async () => {
        await deleted(Task, 3);
        const restore = (): Promise<unknown> => getSoftDeleteRepository(other, Task).restore(3);
        const result = await older(level, restore, softDelete);
        if (database.name === "postgres") expect(codeOf(result)).toBe("40001");
        expect(await orphans()).toEqual([]);
      });

      it(`does not delete a project below which an invoice is restored before, by ${name}`, async () => {
        const restore = (): Promise<unknown> => getSoftDeleteRepository(other, Invoice).restore(1);
        const result = await older(level, restore, softDelete);
        if (database.name === "postgres") expect(codeOf(result)).toBe("40001");
        else expect(result).toBeInstanceOf(SoftDeleteRestrictedError);
        expect(await orphans()).toEqual([]);
      });
    }

    it("restores no task whose project is deleted before", async () => {
      await deleted(Task, 1);
      const result = await older(
        level,
        () => deleted(Project, 1),
        (manager) => getSoftDeleteRepository(manager, Task).restore(1),
      );
      if (database.name === "postgres") expect(codeOf(result)).toBe("40001");
      else expect(result).toBeInstanceOf(ParentDeletedError);
      expect(await orphans()).toEqual([]);
    });

    it("is committed where nobody has changed anything", async () => {
      await deleted(Task, 2);
      const statements = await statementsOf(dataSource, () =>
        older(level, () => Promise.resolve(), calls[0]![1]),
      );
      expect(statements.filter((text) => text.includes("FOR SHARE) locked"))).toHaveLength(
        database.name === "postgres" ? 3 : 0,
      );
      expect(await dataSource.manager.count(Project)).toBe(0);
    });
  });

  it("locks nothing more at READ COMMITTED", async () => {
    const statements = await statementsOf(dataSource, () =>
      dataSource.transaction("READ COMMITTED", calls[0]![1]),
    );
    expect(statements.filter((text) => text.includes("FOR SHARE) locked"))).toEqual([]);
  });

  /** As an application runs a transaction at such a level: again, when the database says so. */
  async function again(work: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!REPEATED.includes(String(codeOf(error)))) {
          if (error instanceof QueryFailedError) throw error;
          return error;
        }
        await setTimeout(Math.random() * 5);
      }
    }
  }

  const rounds: [string, Work, Work][] = [
    [
      "softDelete(parent) beside restore(child)",
      calls[0]![1],
      (manager) => getSoftDeleteRepository(manager, Task).restore(1),
    ],
    [
      "restore(child) beside softDelete(parent)",
      (manager) => getSoftDeleteRepository(manager, Task).restore(1),
      calls[0]![1],
    ],
  ];
  for (const [name, mine, theirs] of rounds) {
    it(`keeps closure in ${String(ROUNDS)} rounds of ${name}`, async () => {
      const broken: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await dataSource.manager.update(Project, 1, { deletedAt: null, deletionId: null });
        await dataSource.manager.update(Task, [1, 2, 3], { deletedAt: null, deletionId: null });
        await deleted(Task, 1);
        const level = LEVELS[round % 2]!;
        await Promise.all([
          again(() =>
            dataSource.transaction(level, async (manager) => {
              if (round % 4 < 2) await manager.query("SELECT COUNT(*) FROM task");
              if (round % 3 > 0) await setTimeout(Math.random() * 8);
              return mine(manager);
            }),
          ),
          again(async () => {
            await setTimeout(Math.random() * 12);
            return round % 5 === 0
              ? other.transaction("REPEATABLE READ", theirs)
              : theirs(other.manager);
          }),
        ]);
        broken.push(...(await orphans()));
      }
      expect(broken).toEqual([]);
    });
  }
});
