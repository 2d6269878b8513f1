import { IsNull, type DataSource, type EntityTarget, type ObjectLiteral } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type CheckFinding,
} from "../../src";
import { describeEachDatabase, type TestEntities } from "../harness";
import {
  Article,
  OldArticle,
  OldPage,
  OldRemark,
  OldTask,
  Page,
  Remark,
  Task,
} from "../readme/adopted";

const DELETED = 10_000;
const ACTIVE = 5;
const LONG_AGO = new Date("2020-02-02T10:00:00Z");

describeEachDatabase("the adoption of a table with 10,000 deleted rows", (database) => {
  const type = database.server === "mariadb" ? { type: "mariadb" as const } : {};
  const subscribers = [SoftDeleteSubscriber];

  /** Deleted rows with the ids from 1, active ones with those behind them. */
  async function fill(
    old: DataSource,
    entity: EntityTarget<ObjectLiteral>,
    deleted: ObjectLiteral,
  ): Promise<void> {
    const rows = Array.from({ length: DELETED + ACTIVE }, (_, at) => ({
      id: at + 1,
      ...(at < DELETED ? deleted : {}),
    }));
    for (let at = 0; at < rows.length; at += 1000) {
      const some = rows.slice(at, at + 1000);
      const insert = old.createQueryBuilder().insert().into(entity).values(some);
      await insert.updateEntity(false).execute();
    }
  }

  /** A process of the new release, after the migration that TypeORM generates; and what takes that back. */
  async function migrate(
    entities: TestEntities,
  ): Promise<{ now: DataSource; revert: () => Promise<void> }> {
    const now = await database.connect(entities, { subscribers, ...type });
    const { upQueries, downQueries } = await now.driver.createSchemaBuilder().log();
    const run = async (queries: typeof upQueries): Promise<void> => {
      const runner = now.createQueryRunner();
      await runner.beforeMigration();
      for (const { query, parameters } of queries) await runner.query(query, parameters);
      await runner.afterMigration();
      await runner.release();
    };
    await run(upQueries);
    return { now, revert: () => run([...downQueries].reverse()) };
  }

  const errors = (found: readonly CheckFinding[]): string[] =>
    found.filter(({ severity }) => severity === "error").map(({ code }) => code);

  it("keeps TypeORM's delete date, beside old processes, through settle(), and back", async () => {
    const old = await database.open([OldArticle, OldRemark], { file: true, ...type });
    await fill(old, OldArticle, { deletedAt: LONG_AGO });
    const [first, second, third] = [DELETED + 1, DELETED + 2, DELETED + 3];
    const remarks = [first, second, third].map((id) => ({ article: { id } }));
    await old.manager.insert(OldRemark, remarks);
    const { now, revert } = await migrate([Article, Remark]);
    const articles = getSoftDeleteRepository(now, Article);
    const softDeletes = new SoftDeleteManager(now);
    expect(await articles.count()).toBe(ACTIVE);
    expect(await articles.onlyDeleted().count()).toBe(DELETED);

    // Both releases side by side.
    await old.manager.softDelete(OldArticle, first);
    const { deletionId } = await articles.softDelete(second);
    const halfRestored = await articles.softDelete(third);
    await old.manager.restore(OldArticle, third);
    expect(await old.manager.count(OldArticle)).toBe(ACTIVE - 2);
    expect(errors(await softDeletes.check()).sort()).toEqual([
      "active-below-deleted-parent",
      "active-with-deletion-id",
      "deleted-without-deletion-id",
    ]);

    // The old release has gone.
    await articles.restoreDeletion(halfRestored.deletionId!);
    expect(await now.manager.countBy(Remark, { article: { id: third } })).toBe(1);
    expect(await softDeletes.settle({ cascade: true })).toMatchObject({
      counts: { Article: DELETED + 1, Remark: 1 },
    });
    expect(errors(await softDeletes.check())).toEqual([]);
    expect(await articles.count()).toBe(ACTIVE - 2);
    const { deletedAt } = await articles.onlyDeleted().findOneByOrFail({ id: 1 });
    expect(deletedAt).toEqual(LONG_AGO);
    await articles.restore(1);
    await articles.restoreDeletion(deletionId!);
    expect(await articles.count()).toBe(ACTIVE);

    // And comes back, with the tables as they were.
    await revert();
    expect(await old.manager.count(OldArticle)).toBe(ACTIVE);
    expect(await old.manager.count(OldArticle, { withDeleted: true })).toBe(DELETED + ACTIVE);
  });

  it("takes over a boolean flag, beside old processes, through settle(), and back", async () => {
    const old = await database.open([OldTask], { file: true, ...type });
    await fill(old, OldTask, { isDeleted: true });
    const { now, revert } = await migrate([Task]);
    const tasks = getSoftDeleteRepository(now, Task);
    const softDeletes = new SoftDeleteManager(now);
    const [task, at, flag] = ["task", "deletedAt", "is_deleted"].map((name) =>
      now.driver.escape(name),
    );
    const yes = database.name === "postgres" ? "true" : "1";
    const takeOver = () =>
      now.query(
        `UPDATE ${task} SET ${at} = CURRENT_TIMESTAMP WHERE ${flag} = ${yes} AND ${at} IS NULL`,
      );
    expect(errors(await softDeletes.check())).toEqual(["deleted-flag-out-of-step"]);
    await takeOver();
    expect(await tasks.count()).toBe(ACTIVE);

    await old.manager.update(OldTask, DELETED + 1, { isDeleted: true });
    await tasks.softDelete(DELETED + 2);
    expect(await old.manager.countBy(OldTask, { isDeleted: false })).toBe(ACTIVE - 2);

    await takeOver();
    expect((await softDeletes.settle()).total).toBe(DELETED + 1);
    expect(errors(await softDeletes.check())).toEqual([]);
    expect(await tasks.count()).toBe(ACTIVE - 2);
    await tasks.restore(DELETED + 1);

    await revert();
    expect(await old.manager.countBy(OldTask, { isDeleted: false })).toBe(ACTIVE - 1);
    expect(await old.manager.count(OldTask)).toBe(DELETED + ACTIVE);
  });

  it("takes over a date of the table's own, beside old processes, through settle(), and back", async () => {
    const old = await database.open([OldPage], { file: true, ...type });
    await fill(old, OldPage, { removedOn: LONG_AGO });
    const { now, revert } = await migrate([Page]);
    const pages = getSoftDeleteRepository(now, Page);
    const softDeletes = new SoftDeleteManager(now);
    expect(await pages.count()).toBe(ACTIVE);

    await old.manager.update(OldPage, DELETED + 1, { removedOn: new Date() });
    await pages.softDelete(DELETED + 2);
    expect(await old.manager.countBy(OldPage, { removedOn: IsNull() })).toBe(ACTIVE - 2);

    expect((await softDeletes.settle()).total).toBe(DELETED + 1);
    expect(errors(await softDeletes.check())).toEqual([]);
    const { deletedAt } = await pages.onlyDeleted().findOneByOrFail({ id: 1 });
    expect(deletedAt).toEqual(LONG_AGO);

    await revert();
    expect(await old.manager.countBy(OldPage, { removedOn: IsNull() })).toBe(ACTIVE - 2);
    expect(await old.manager.count(OldPage)).toBe(DELETED + ACTIVE);
  });
});
