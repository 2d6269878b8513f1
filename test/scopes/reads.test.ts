import { IsNull, LessThan, MoreThan, MoreThanOrEqual, Not, type DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { Article, openPress, Remark, Section, Summary, Topic, Writer } from "./press";

describeEachDriver("reads in a scope", (database) => {
  const opened = openPress(database, { subscribers: [SoftDeleteSubscriber] });
  const articles = () => getSoftDeleteRepository(opened.dataSource, Article);
  const titles = (rows: readonly Article[]) => rows.map(({ title }) => title).sort();

  it("take conditions on relations, at any depth, negated ones included", async () => {
    const find = articles();

    expect(titles(await find.findBy({ remarks: { text: "bright" } }))).toEqual(["dawn"]);
    expect(titles(await find.findBy({ remarks: { text: "dull" } }))).toEqual([]);
    expect(titles(await find.findBy({ writer: { house: { name: "south" } } }))).toEqual(["noon"]);
    expect(titles(await find.findBy({ writer: { house: { name: "north" } } }))).toEqual([]);
    expect(titles(await find.findBy({ writer: { name: Not("eve") } }))).toEqual(["noon"]);
    expect(
      titles(await find.withDeleted().findBy({ writer: { house: { name: "north" } } })),
    ).toEqual(["dawn"]);
    expect(
      titles(await find.onlyDeleted().findBy({ writer: { articles: { title: "noon" } } })),
    ).toEqual(["dusk"]);
  });

  it("count active related rows only", async () => {
    const writers = getSoftDeleteRepository(opened.dataSource, Writer);
    const atLeast = (bound: number) => ({ articles: MoreThanOrEqual(bound) as never });

    expect((await writers.findBy(atLeast(1))).map(({ name }) => name)).toEqual(["bob"]);
    expect(await writers.findBy(atLeast(2))).toEqual([]);
    const counted = await articles()
      .createQueryBuilder("a")
      .leftJoin("a.remarks", "r")
      .select("a.title", "title")
      .addSelect("COUNT(r.id)", "remarks")
      .groupBy("a.title")
      .orderBy("a.title")
      .getRawMany<{ title: string; remarks: unknown }>();
    expect(counted.map(({ title, remarks }) => [title, Number(remarks)])).toEqual([
      ["dawn", 1],
      ["noon", 0],
    ]);
  });

  for (const relationLoadStrategy of ["join", "query"] as const) {
    it(`hide deleted related rows of every kind with the strategy "${relationLoadStrategy}"`, async () => {
      const dawn = await articles().findOneOrFail({
        where: { title: "dawn" },
        relations: { writer: true, summary: true, remarks: true, topics: true },
        relationLoadStrategy,
      });
      const summaries = getSoftDeleteRepository(opened.dataSource, Summary).withDeleted({
        relations: {},
      });

      // The writer is required, and deleted: the article stays.
      expect([dawn.writer, dawn.summary]).toEqual([null, null]);
      expect(dawn.remarks.map(({ text }) => text)).toEqual(["bright"]);
      expect(dawn.topics.map(({ name }) => name)).toEqual(["sky"]);
      const relations = { article: true };
      const all = await summaries.withDeleted().find({ relations, order: { id: "ASC" } });
      expect(all.map(({ article }) => article?.title ?? null)).toEqual(["dawn", null]);
    });
  }

  it("load a relation to the same table under another alias", async () => {
    const remarks = getSoftDeleteRepository(opened.dataSource, Remark);
    const option = { relations: { to: { to: true }, replies: true } } as const;

    const [reply] = await remarks.onlyDeleted().find({ ...option, where: { text: "so what" } });
    expect([reply?.to?.text, reply?.to?.to]).toEqual(["late", null]);
    expect(await remarks.onlyDeleted().countBy({ to: { text: "late" } })).toBe(1);
    const joined = await remarks
      .onlyDeleted()
      .createQueryBuilder("Remark")
      .leftJoinAndSelect("Remark.to", "to")
      .where("to.text = 'late'")
      .orWhere("1 = 0")
      .getMany();
    expect(joined.map(({ text, to }) => [text, to?.text])).toEqual([["so what", "late"]]);
  });

  it("let the root's scope out of relations where it is asked for by relation", async () => {
    const options = { where: { title: "dusk" }, relations: { remarks: true, topics: true } };

    const all = await articles().onlyDeleted().findOneOrFail(options);
    expect([all.remarks.length, all.topics.length]).toEqual([2, 2]);
    const exact = await articles()
      .onlyDeleted()
      .withDeleted({ relations: {} })
      .findOneOrFail(options);
    expect([exact.remarks.length, exact.topics.length]).toEqual([0, 1]);
    const named = await articles()
      .onlyDeleted()
      .withDeleted({ relations: { topics: true } })
      .findOneOrFail(options);
    expect([named.remarks.length, named.topics.length]).toEqual([0, 2]);
  });

  it("respect the caller's own conditions on the delete date", async () => {
    const deleted = { deletedAt: Not(IsNull()) };

    expect(titles(await articles().findBy(deleted))).toEqual([]);
    expect(titles(await articles().withDeleted().findBy(deleted))).toEqual(["dusk"]);
    expect(titles(await articles().withDeleted().findBy({ deletedAt: IsNull() }))).toEqual([
      "dawn",
      "noon",
    ]);
    const scoped = articles().withDeleted({ relations: { writer: true } });
    expect(titles(await scoped.findBy({ writer: deleted }))).toEqual(["dawn"]);
    expect(titles(await scoped.findBy({ writer: { deletedAt: IsNull() } }))).toEqual(["noon"]);
    expect(titles(await scoped.findBy({ ...deleted, writer: { name: "bob" } }))).toEqual([]);
    const trash = articles().onlyDeleted({ relations: { remarks: true } });
    const [past, future] = [new Date(0), new Date(Date.now() + 60_000)];
    expect(await trash.countBy({ remarks: { deletedAt: LessThan(future) } })).toBe(1);
    expect(await trash.countBy({ remarks: { deletedAt: LessThan(past) } })).toBe(0);
  });

  it("leave entities alone that cannot be soft-deleted, on either side of a relation", async () => {
    const sections = getSoftDeleteRepository(opened.dataSource, Section);
    const plain = opened.dataSource.getRepository(Section);
    const option = { where: { name: "news" }, order: { id: "ASC" }, take: 1 } as const;

    expect(await statementsOf(opened.dataSource, () => sections.find(option))).toEqual(
      await statementsOf(opened.dataSource, () => plain.find(option)),
    );
    expect(await sections.count()).toBe(1);
    expect(() => sections.withDeleted({ relations: {} })).toThrow("Section cannot be soft-deleted");
    const found = await articles().find({ relations: { section: true }, order: { title: "ASC" } });
    expect(found.map(({ section }) => section?.name)).toEqual(["news", "news"]);
  });

  it("emit TypeORM's own statements without a scope", async () => {
    const options = { where: { words: MoreThan(1) }, relations: { writer: true, topics: true } };
    const own = articles();
    const plain = opened.dataSource.getRepository(Article);

    for (const read of ["find", "findAndCount", "count", "exists"] as const) {
      expect(await statementsOf(opened.dataSource, () => own[read](options))).toEqual(
        await statementsOf(opened.dataSource, () => plain[read](options)),
      );
    }
    expect(own.createQueryBuilder("a").getQuery()).toBe(plain.createQueryBuilder("a").getQuery());
  });
});

describeEachDriver("cached reads", (database) => {
  const opened: { readonly dataSource: DataSource } = openPress(database, { cache: true });

  it("of one scope are not answered from another", async () => {
    const topics = getSoftDeleteRepository(opened.dataSource, Topic);
    const option = { order: { name: "ASC" }, cache: 60_000 } as const;
    const names = async (scoped: typeof topics) =>
      (await scoped.find(option)).map(({ name }) => name);

    for (const attempt of [1, 2]) {
      expect([attempt, await names(topics)]).toEqual([attempt, ["sky"]]);
      expect([attempt, await names(topics.withDeleted())]).toEqual([attempt, ["sea", "sky"]]);
      expect([attempt, await names(topics.onlyDeleted())]).toEqual([attempt, ["sea"]]);
    }
  });
});
