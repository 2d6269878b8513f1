import { getSoftDeleteRepository } from "../../src";
import { describeEachDriver } from "../harness";
import { Article, openPress, Remark, Writer } from "./press";

describeEachDriver("onlyDeleted({ relations })", (database) => {
  // The native uuid column of MariaDB: mysql has a varchar there.
  const opened = openPress(database, database.server === "mariadb" ? { type: "mariadb" } : {});
  const articles = () => getSoftDeleteRepository(opened.dataSource, Article);

  it("reads deleted rows with exactly what the same deletion took", async () => {
    const found = await articles()
      .onlyDeleted({ relations: { remarks: true, summary: true } })
      .find();

    expect(found.map(({ title }) => title)).toEqual(["dusk"]);
    expect(found[0]?.summary?.text).toBe("of dusk");
    // Not "early", which was deleted before.
    expect(found[0]?.remarks.map(({ text }) => text)).toEqual(["late"]);
    expect(found[0]?.remarks[0]?.deletionId).toBe(found[0]?.deletionId);
  });

  it("reads them below one another", async () => {
    const [dusk] = await articles()
      .onlyDeleted({ relations: { remarks: { replies: { to: true } } } })
      .find();

    const [late] = dusk?.remarks ?? [];
    expect(late?.replies.map(({ text, to }) => [text, to?.text])).toEqual([["so what", "late"]]);
  });

  it("reads no active row over a named relation, and active ones only over any other", async () => {
    const [dusk] = await articles()
      .onlyDeleted({ relations: { writer: true, remarks: true } })
      .find({ relations: { topics: true, section: true } });

    expect(dusk?.writer).toBeNull();
    expect(dusk?.topics.map(({ name }) => name)).toEqual(["sky"]);
    expect(dusk?.section?.name).toBe("news");
    // Eager: Ada is deleted.
    expect(dusk?.remarks[0]?.by).toBeNull();
  });

  it("reads rows of an entity that cannot be soft-deleted as they are", async () => {
    const [dusk] = await articles()
      .onlyDeleted({ relations: { section: true } })
      .find();

    expect(dusk?.section?.name).toBe("news");
  });

  it("combines with withDeleted({ relations })", async () => {
    const [dusk] = await articles()
      .onlyDeleted({ relations: { remarks: true } })
      .withDeleted({ relations: { writer: { house: true }, remarks: { by: true } } })
      .find();

    expect(dusk?.writer?.house?.name).toBe("south");
    // Named twice: the later one holds.
    expect(dusk?.remarks.map(({ text, by }) => [text, by?.name]).sort()).toEqual([
      ["early", "bob"],
      ["late", "ada"],
    ]);
    const [again] = await articles()
      .withDeleted({ relations: { remarks: { by: true } } })
      .onlyDeleted({ relations: { remarks: true } })
      .find();
    expect(again?.remarks.map(({ text, by }) => [text, by?.name])).toEqual([["late", "ada"]]);
    expect(
      await articles()
        .onlyDeleted()
        .withDeleted({ relations: { writer: true } })
        .count(),
    ).toBe(1);
  });

  it("lets conditions go by what the same deletion took", async () => {
    const trash = articles().onlyDeleted({ relations: { remarks: { replies: true } } });

    expect(await trash.countBy({ remarks: { text: "late" } })).toBe(1);
    expect(await trash.countBy({ remarks: { text: "early" } })).toBe(0);
    expect(await trash.countBy({ remarks: { replies: { text: "so what" } } })).toBe(1);
    expect(await trash.sum("words", { remarks: { text: "late" } })).toBe(40);
    expect(await trash.sum("words", { remarks: { text: "early" } })).toBeNull();
    expect(await trash.countBy({ writer: { name: "bob" } })).toBe(1);
    expect(
      await articles()
        .onlyDeleted()
        .countBy({ remarks: { text: "early" } }),
    ).toBe(1);
  });

  it("keeps to deleted rows, whatever find method reads", async () => {
    const trash = articles().onlyDeleted({ relations: { remarks: true } });

    expect(await trash.findOneBy({ title: "dawn" })).toBeNull();
    expect((await trash.findOneByOrFail({ title: "dusk" })).remarks).toHaveLength(1);
    const [rows, total] = await trash.findAndCountBy([{ title: "dawn" }, { title: "dusk" }]);
    expect([rows.map(({ remarks }) => remarks.length), total]).toEqual([[1], 1]);
    expect(await trash.createQueryBuilder("a").where("1 = 1").orWhere("1 = 1").getCount()).toBe(1);
  });

  it("tells several deletions apart", async () => {
    const remarks = getSoftDeleteRepository(opened.dataSource, Remark);

    const found = await remarks
      .onlyDeleted({ relations: { article: true, replies: true } })
      .find({ order: { text: "ASC" } });

    expect(
      found.map(({ text, article, replies }) => [text, article?.title ?? null, replies.length]),
    ).toEqual([
      ["dull", null, 0],
      ["early", null, 0],
      ["late", "dusk", 1],
      ["so what", null, 0],
    ]);
  });

  it("finds nothing taken along with a row that was deleted alone", async () => {
    const writers = getSoftDeleteRepository(opened.dataSource, Writer);

    const [ada] = await writers.onlyDeleted({ relations: { articles: true, house: true } }).find();

    expect([ada?.name, ada?.articles, ada?.house]).toEqual(["ada", [], null]);
  });
});
