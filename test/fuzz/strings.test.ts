import fc from "fast-check";
import {
  Column,
  Entity,
  Index,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  QueryFailedError,
} from "typeorm";

import {
  deletionContext,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  withSoftDelete,
  type SoftDeleteRepository,
} from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import { hostileStrings, runsOf } from "./hostile-strings";

@Entity()
class Page extends withSoftDelete(undefined, { deletedBy: true, deleteReason: true }) {
  @PrimaryColumn({ type: "varchar", length: 100 }) id!: string;
  @Column({ type: "varchar", length: 100 }) text!: string;
  @Column({ default: 1 }) score!: number;
  @OneToMany(() => Leaf, (leaf) => leaf.page) leaves!: Leaf[];
}

@Entity()
class Leaf extends withSoftDelete(undefined, { deletedBy: true }) {
  @PrimaryColumn({ type: "varchar", length: 100 }) id!: string;
  @Index() @ManyToOne(() => Page, (page) => page.leaves) @OnSoftDelete("CASCADE") page!: Page;
}

/** Follows each string, so that it is told from anything that a statement may hold. */
const MARK = "zq4711";
const strings = hostileStrings.map((text) => `${text}${MARK}`);
const NOW = new Date("2026-03-01T12:00:00.000Z");
const KEPT = { id: "kept", text: "kept" };

describeEachDatabase("any string", (database) => {
  const opened: { manager?: SoftDeleteManager } = {};
  const manager = () => opened.manager!;
  const pages = () => getSoftDeleteRepository(manager().manager, Page);
  const leaves = () => getSoftDeleteRepository(manager().manager, Leaf);
  const runs = runsOf(database.name === "better-sqlite3" ? 100 : 20);
  const timeout = 60_000 + runs.numRuns * 1000;

  beforeAll(async () => {
    const subscribers = [SoftDeleteSubscriber.with({ clock: () => NOW })];
    const entities = [Page, Leaf, SoftDeleteLog];
    opened.manager = new SoftDeleteManager(await database.open(entities, { subscribers }));
    await manager().manager.insert(Page, { ...KEPT });
    await manager().manager.insert(Leaf, { id: "kept", page: { id: "kept" } });
  });

  /** That the rows which no call named are there as they were. */
  async function nothingElse(): Promise<void> {
    expect(await pages().find()).toMatchObject([{ ...KEPT, score: 1, deletedAt: null }]);
    expect(await leaves().find()).toMatchObject([{ id: "kept", deletedAt: null }]);
  }

  async function empty(): Promise<void> {
    const { manager: typeorm } = manager();
    await typeorm.createQueryBuilder().delete().from(SoftDeleteLog).execute();
    for (const entity of [Leaf, Page]) {
      await typeorm.createQueryBuilder().delete().from(entity).where("id <> 'kept'").execute();
    }
  }

  it(
    "is a value wherever a value stands, and never text of a statement",
    async () => {
      let stored = 0;
      const property = fc.asyncProperty(strings, async (text) => {
        const { manager: typeorm } = manager();
        try {
          await typeorm.insert(Page, { id: text, text });
          await typeorm.insert(Leaf, { id: text, page: { id: text } });
        } catch (error) {
          // PostgreSQL has no NUL in a text.
          expect([error instanceof QueryFailedError, text.includes("\0")]).toEqual([true, true]);
          return;
        }
        if (text.includes("\0")) {
          await expect(pages().softDelete({ text })).rejects.toMatchObject({
            code: "SOFT_DELETE_CRITERIA",
          });
          expect(await pages().onlyDeleted().count()).toBe(0);
          return;
        }
        stored += 1;
        const sent = await statementsOf(typeorm.dataSource, () => live(text));
        expect(sent.filter((statement) => statement.includes(MARK))).toEqual([]);
        await nothingElse();
      });
      await fc.assert(property, { ...runs, plugins: [fc.afterEach(empty)] });
      expect(stored).toBeGreaterThan(0);
    },
    timeout,
  );

  /** A row's whole life, its key, its text, the actor and the reason being the string. */
  async function live(text: string): Promise<void> {
    const counts = { Page: 1, Leaf: 1 };
    const note = { actor: text, reason: text };
    const trash = pages().onlyDeleted({ relations: { leaves: true } });

    expect((await pages().previewSoftDelete({ text })).counts).toEqual(counts);
    const { deletionId } = await pages().softDelete(text, note);
    const [row] = await trash.find({ where: { id: text }, order: { leaves: { id: "ASC" } } });
    expect(row).toMatchObject({ id: text, deletedBy: text, deleteReason: text });
    expect(row?.leaves).toMatchObject([{ id: text, deletedBy: text }]);
    expect(await manager().deletions({ actor: text })).toMatchObject([{ deletionId, ...note }]);
    expect(await manager().deletions({ entity: text })).toEqual([]);
    await expect(pages().restoreDeletion(text)).rejects.toMatchObject({
      code: "SOFT_DELETE_CRITERIA",
    });
    expect(await pages().restoreDeletion(deletionId!)).toMatchObject({ affected: 1, counts });

    const again = await deletionContext.run(note, () => pages().softDelete({ text }));
    expect(await pages().withDeleted().findOneByOrFail({ id: text })).toMatchObject({
      deletionId: again.deletionId,
      deletedBy: text,
    });
    expect(await pages().restore([text, `${text}'`])).toMatchObject({ affected: 1, counts });
    const found = await pages().findOneByOrFail({ text });
    await pages().softRemove(found, note);
    await trash.recover(found);
    expect((await leaves().softDelete({ page: { id: text } })).affected).toBe(1);
    expect((await leaves().restore({ page: { text } })).affected).toBe(1);

    await pages().softDelete([text]);
    expect((await pages().purge({ olderThan: "1d", where: { text } })).total).toBe(0);
    expect((await trash.forceDelete({ text })).counts).toEqual(counts);
  }

  it(
    "in the place of a name is looked up, and never text of a statement",
    async () => {
      await pages().softDelete("kept");
      const scopes = [
        pages(),
        pages().withDeleted(),
        pages().onlyDeleted(),
        pages().withDeleted({ relations: { leaves: true } }),
        pages().onlyDeleted({ relations: { leaves: true } }),
      ];
      await fc.assert(
        fc.asyncProperty(strings, async (name) => {
          for (const scope of scopes) {
            for (const [what, call] of Object.entries(CALLS)) {
              const sent = await statementsOf(manager().manager.dataSource, () =>
                refused(what, async () => call(scope, name)),
              );
              expect([what, sent.filter((one) => one.includes(MARK))]).toEqual([what, []]);
            }
          }
        }),
        { ...runs, numRuns: Math.ceil(runs.numRuns / 4) },
      );
      expect((await pages().restore("kept")).affected).toBe(1);
      await nothingElse();
    },
    timeout,
  );

  /** That a call ends in an error that the database had no part in; or, of an order's direction, in none. */
  async function refused(what: string, call: () => Promise<unknown>): Promise<void> {
    const error = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect([what, error instanceof QueryFailedError]).toEqual([what, false]);
    expect([what, error instanceof Error]).toEqual([what, !what.includes("direction")]);
  }

  it(
    "may be the alias of a query, where TypeORM can have it as one",
    async () => {
      await pages().softDelete("kept");
      let tried = 0;
      const property = fc.asyncProperty(hostileStrings, async (alias) => {
        // TypeORM takes that for a parameter, in an alias too.
        fc.pre(!alias.includes(":orm_param"));
        const plain = manager().manager.getRepository(Page);
        const read = (repository: typeof plain) =>
          repository
            .createQueryBuilder(alias)
            .withDeleted()
            .leftJoin(Page, "other", "other.text = :text", { text: "other" })
            .where({ text: "kept" })
            .getMany();
        // MySQL and MariaDB answer with question marks for what their names cannot hold.
        // What PostgreSQL cuts, TypeORM does not find again.
        const found = await read(plain).catch(() => []);
        fc.pre(found.length === 1 && found[0]?.text === KEPT.text);
        tried += 1;
        expect(await read(pages().onlyDeleted())).toMatchObject([KEPT]);
        expect(await read(pages().withDeleted())).toMatchObject([KEPT]);
      });
      await fc.assert(property, runs);
      expect(tried).toBe(runs.numRuns);
      expect((await pages().restore("kept")).affected).toBe(1);
    },
    timeout,
  );
});

/** Where a name of the caller's stands. */
const CALLS: Record<string, (scope: SoftDeleteRepository<Page>, name: string) => Promise<unknown>> =
  {
    sum: (scope, name) => scope.sum(name as never),
    average: (scope, name) => scope.average(name as never),
    minimum: (scope, name) => scope.minimum(name as never, { text: "kept" }),
    maximum: (scope, name) => scope.maximum(name as never),
    order: (scope, name) => scope.find({ order: { [name]: "ASC" } }),
    "order of a relation": (scope, name) => scope.find({ order: { leaves: { [name]: "ASC" } } }),
    "direction of an order": (scope, name) => scope.find({ order: { text: name } } as never),
    "direction of an order of a relation": (scope, name) =>
      scope.find({ relations: { leaves: true }, order: { leaves: { id: name } } } as never),
    where: (scope, name) => scope.find({ where: { [name]: 1 } }),
    "where of a relation": (scope, name) => scope.countBy({ leaves: { [name]: 1 } }),
    relations: (scope, name) => scope.find({ relations: { [name]: true } }),
    "relations below": (scope, name) => scope.find({ relations: { leaves: { [name]: true } } }),
    select: (scope, name) => scope.find({ select: { [name]: true } }),
    "select of a relation": (scope, name) =>
      scope.find({ relations: { leaves: true }, select: { leaves: { [name]: true } } }),
    "a scope's relations": (scope, name) =>
      scope.withDeleted({ relations: { [name]: true } }).find(),
    "a scope's relations below": (scope, name) =>
      scope.onlyDeleted({ relations: { leaves: { [name]: true } } }).find(),
  };
