import {
  EventSubscriber,
  type BeforeQueryEvent,
  type DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  type ObjectLiteral,
  type QueryRunner,
} from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type CheckCode,
} from "../../src";
import { describeEachDatabase } from "../harness";
import {
  ENTITIES,
  Invoice,
  Note,
  OPERATIONS,
  Project,
  TABLES,
  Task,
  type Operation,
} from "./fault-operations";

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

/** Rows as they are, and such rows back. */
async function read<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: new () => Row,
): Promise<Row[]> {
  return manager.find(entity, { withDeleted: true, order: { id: "ASC" } as never });
}

async function write(
  manager: EntityManager,
  entity: (typeof ENTITIES)[number],
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const query = manager
    .createQueryBuilder()
    .insert()
    .into(entity)
    .values([...rows]);
  await query.updateEntity(false).callListeners(false).execute();
}

describeEachDatabase("an operation one of whose statements fails", (database) => {
  let dataSource: DataSource;

  beforeAll(async () => {
    dataSource = await database.open(ENTITIES, { subscribers: [SoftDeleteSubscriber, Fault] });
  });
  afterEach(() => {
    Fault.left = Number.POSITIVE_INFINITY;
  });

  /** The rows that an operation begins with, by entity: made once for all of its faults. */
  const beginnings = new Map<Operation, ReadonlyMap<(typeof ENTITIES)[number], object[]>>();

  async function start(operation: Operation): Promise<void> {
    const { manager } = dataSource;
    const beginning = beginnings.get(operation);
    if (beginning) {
      await manager.transaction(async (own) => {
        await empty(own);
        for (const [entity, rows] of beginning) await write(own, entity, rows);
      });
      return;
    }
    await manager.transaction(fill);
    await getSoftDeleteRepository(dataSource, Invoice).softDelete(1);
    await operation.prepare(manager);
    const made = new Map<(typeof ENTITIES)[number], object[]>();
    // Parents first.
    for (const entity of [Project, Task, Note, Invoice, SoftDeleteLog])
      made.set(entity, await read<ObjectLiteral>(manager, entity));
    beginnings.set(operation, made);
  }

  async function empty(manager: EntityManager): Promise<void> {
    await manager.createQueryBuilder().delete().from(SoftDeleteLog).execute();
    await manager
      .createQueryBuilder()
      .update(Task)
      .set({ parentId: null })
      .callListeners(false)
      .execute();
    for (const entity of TABLES)
      await manager.createQueryBuilder().delete().from(entity).callListeners(false).execute();
  }

  async function fill(manager: EntityManager): Promise<void> {
    await empty(manager);
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
  }

  /** Every row, what it refers to, whether it is deleted, and with which others. */
  async function state(): Promise<string[]> {
    const ids = new Map<string, number>();
    const rows: string[] = [];
    for (const entity of TABLES) {
      const found = await read<Invoice | Note | Task | Project>(dataSource.manager, entity);
      for (const row of found) {
        const { id, deletedAt, deletionId, ...others } = row;
        if (deletionId !== null && !ids.has(deletionId)) ids.set(deletionId, ids.size);
        const group = deletionId === null ? "none" : String(ids.get(deletionId));
        rows.push(
          `${entity.name} ${String(id)} ${deletedAt === null ? "active" : "deleted"} ${group} ${JSON.stringify(others)}`,
        );
      }
    }
    rows.push(`log ${String(await dataSource.manager.count(SoftDeleteLog))}`);
    return rows;
  }

  const known = new Map<string, string[]>();

  /** What breaks law 1 or law 2: the same in the same state. */
  async function broken(now: string): Promise<string[]> {
    const before = known.get(now);
    if (before) return before;
    const found = await new SoftDeleteManager(dataSource.manager).check();
    const messages = found.filter(({ code }) => LAWS.includes(code)).map(({ message }) => message);
    known.set(now, messages);
    return messages;
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
    // Elsewhere a transaction goes on as if a refused statement had never been sent.
    ...(database.name === "postgres" ? [["is refused by the database", true] as const] : []),
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
          let now: string | undefined;
          for (let statement = 1; ; statement++) {
            // Where nothing has been done there is nothing to put back.
            if (now !== outcomes[0]) await start(operation);
            // The caller's own START TRANSACTION comes first.
            Fault.arm(way === inTransaction ? statement + 1 : statement, refused);
            const error = await way(operation.run);
            const reached = Fault.left <= 0;
            Fault.left = Number.POSITIVE_INFINITY;
            if (!reached) break;
            failed++;
            const told = `statement ${String(statement)}: ${Fault.sent.at(-1) ?? ""}`;
            expect([told, error instanceof Error]).toEqual([told, true]);
            now = JSON.stringify(await state());
            if (operation.name !== "settle") expect([told, await broken(now)]).toEqual([told, []]);
            if (operation.repeatable === true) {
              await way(operation.run);
              now = undefined;
              const rows = (await state()).filter((row) => !row.startsWith("log"));
              expect([told, rows]).toEqual([told, after.filter((row) => !row.startsWith("log"))]);
            } else {
              expect(outcomes).toContain(now);
            }
          }
          expect(failed).toBeGreaterThan(2);
        },
      );
    }
  }
});
