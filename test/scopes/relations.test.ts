import { In, type FindManyOptions } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteRepository } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { Article, openPress, Remark, Topic, Writer } from "./press";

describeEachDriver("withDeleted({ relations })", (database) => {
  const opened = openPress(database);
  const articles = () => getSoftDeleteRepository(opened.dataSource, Article);
  const writers = () => getSoftDeleteRepository(opened.dataSource, Writer);
  const byTitle = { order: { title: "ASC" } } as const;

  function titlesAndWriters(rows: readonly Article[]) {
    return rows.map(({ title, writer }) => [title, writer?.name ?? null]);
  }

  it("reads active rows with the deleted row of a to-one relation", async () => {
    expect(
      titlesAndWriters(await articles().find({ relations: { writer: true }, ...byTitle })),
    ).toEqual([
      ["dawn", null],
      ["noon", "bob"],
    ]);

    const found = await articles()
      .withDeleted({ relations: { writer: true } })
      .find(byTitle);

    expect(titlesAndWriters(found)).toEqual([
      ["dawn", "ada"],
      ["noon", "bob"],
    ]);
    expect(found[0]?.writer).toBeInstanceOf(Writer);
    expect(found[0]?.writer?.isDeleted).toBe(true);
  });

  it("loads what the path goes through, and no other relation", async () => {
    const [dawn] = await articles()
      .withDeleted({ relations: { writer: { house: true } } })
      .find(byTitle);

    expect(dawn?.writer?.house?.name).toBe("north");
    expect(dawn?.remarks).toBeUndefined();
    expect(dawn?.writer?.articles).toBeUndefined();
  });

  for (const relationLoadStrategy of ["join", "query"] as const) {
    it(`keeps every other relation to active rows with the strategy "${relationLoadStrategy}"`, async () => {
      const [dawn] = await articles()
        .withDeleted({ relations: { writer: true } })
        .find({
          relations: {
            writer: { house: true },
            remarks: true,
            topics: true,
            summary: true,
            section: true,
          },
          relationLoadStrategy,
          ...byTitle,
        });

      expect(dawn?.writer?.name).toBe("ada");
      expect(dawn?.writer?.house).toBeNull();
      expect(dawn?.summary).toBeNull();
      expect(dawn?.section?.name).toBe("news");
      expect(dawn?.topics.map(({ name }) => name)).toEqual(["sky"]);
      expect(dawn?.remarks.map(({ text }) => text)).toEqual(["bright"]);
      // Eager, and deleted.
      expect(dawn?.remarks[0]?.by).toBeNull();
    });
  }

  it("reads deleted rows of to-many and one-to-one relations", async () => {
    const [dawn] = await articles()
      .withDeleted({ relations: { topics: true, summary: true, remarks: { by: true } } })
      .find({ order: { title: "ASC", topics: { name: "DESC" }, remarks: { text: "DESC" } } });

    expect(dawn?.topics.map(({ name }) => name)).toEqual(["sky", "sea"]);
    expect(dawn?.summary?.text).toBe("of dawn");
    expect(dawn?.remarks.map(({ text, by }) => [text, by?.name])).toEqual([
      ["dull", "bob"],
      ["bright", "ada"],
    ]);
  });

  it("reads a relation from the side that does not hold its key", async () => {
    const topics = getSoftDeleteRepository(opened.dataSource, Topic);

    const [sky] = await topics.withDeleted({ relations: { articles: true } }).find();

    expect(sky?.articles.map(({ title }) => title).sort()).toEqual(["dawn", "dusk", "noon"]);
  });

  it("sets an empty list and null where there is no row", async () => {
    const [noon] = await articles()
      .withDeleted({ relations: { remarks: true, summary: true } })
      .findBy({ title: "noon" });

    expect([noon?.remarks, noon?.summary]).toEqual([[], null]);
  });

  it("reads the deleted row of an eager relation", async () => {
    const remarks = getSoftDeleteRepository(opened.dataSource, Remark);

    expect((await remarks.findOneByOrFail({ text: "bright" })).by).toBeNull();
    const scoped = remarks.withDeleted({ relations: { by: true } });
    expect((await scoped.findOneByOrFail({ text: "bright" })).by?.name).toBe("ada");
    const without = { where: { text: "bright" }, loadEagerRelations: false };
    expect((await scoped.findOneOrFail(without)).by?.name).toBe("ada");
    expect(
      (
        await articles()
          .withDeleted({ relations: { summary: true } })
          .find()
      )[0]?.writer,
    ).toBeUndefined();
  });

  it("holds for every find method", async () => {
    const scoped = articles().withDeleted({ relations: { writer: true } });
    const where = { title: "dawn" };
    const [counted, total] = await scoped.findAndCount({ ...byTitle, take: 1 });
    const [countedBy, totalBy] = await scoped.findAndCountBy(where);
    const found = [
      ...(await scoped.find({ where })),
      ...(await scoped.findBy(where)),
      ...counted,
      ...countedBy,
      await scoped.findOne({ where }),
      await scoped.findOneBy(where),
      await scoped.findOneOrFail({ where }),
      await scoped.findOneByOrFail(where),
    ];

    expect([total, totalBy]).toEqual([2, 1]);
    expect(found.map((row) => [row?.title, row?.writer?.name])).toEqual(
      Array(8).fill(["dawn", "ada"]),
    );
    expect(await scoped.findOneBy({ title: "dusk" })).toBeNull();
  });

  it("reads all rows of the root in that scope, others still with active relations", async () => {
    const scoped = articles()
      .withDeleted()
      .withDeleted({ relations: { writer: true } });

    const found = await scoped.find({ relations: { topics: true }, ...byTitle });

    expect(titlesAndWriters(found)).toEqual([
      ["dawn", "ada"],
      ["dusk", "bob"],
      ["noon", "bob"],
    ]);
    expect(found.map(({ topics }) => topics.length)).toEqual([1, 1, 1]);
    const option = { withDeleted: true, ...byTitle };
    expect(
      await articles()
        .withDeleted({ relations: { writer: true } })
        .find(option),
    ).toHaveLength(3);
  });

  it("adds up over several calls, and leaves the repository that it was called on alone", async () => {
    const plain = articles();
    const scoped = plain.withDeleted({ relations: { writer: true } });
    const both = scoped.withDeleted({ relations: { writer: { house: true }, topics: true } });

    const [one] = await scoped.find(byTitle);
    const [two] = await both.find(byTitle);
    expect([one?.writer?.name, one?.writer?.house, one?.topics]).toEqual([
      "ada",
      undefined,
      undefined,
    ]);
    expect([two?.writer?.house?.name, two?.topics.length]).toEqual(["north", 2]);
    expect((await plain.find(byTitle))[0]?.writer).toBeUndefined();
  });

  it("works in a transaction, and in subclasses of the repository", async () => {
    class Articles extends SoftDeleteRepository<Article> {
      constructor() {
        super(Article, opened.dataSource.manager);
      }
      complete(options: FindManyOptions<Article> = {}) {
        return this.withDeleted({ relations: { writer: true } }).find(options);
      }
    }

    expect(titlesAndWriters(await new Articles().complete(byTitle))[0]).toEqual(["dawn", "ada"]);
    await opened.dataSource.transaction(async (manager) => {
      const scoped = getSoftDeleteRepository(manager, Article).withDeleted({
        relations: { writer: true },
      });
      await manager.update(Writer, { name: "bob" }, { name: "bea" });
      expect(titlesAndWriters(await scoped.find(byTitle))[1]).toEqual(["noon", "bea"]);
      const outside = articles().withDeleted({ relations: { writer: true } });
      const inside = await manager.withRepository(outside).find(byTitle);
      expect(titlesAndWriters(inside)[1]).toEqual(["noon", "bea"]);
      await manager.update(Writer, { name: "bea" }, { name: "bob" });
    });
  });

  it("costs two statements for each relation, for 2 rows and for 300", async () => {
    const scoped = writers().withDeleted({ relations: { articles: true, house: true } });
    const count = async () => (await statementsOf(opened.dataSource, () => scoped.find())).length;
    const before = await count();
    const many = Array.from({ length: 300 }, (_, index) => ({ name: `w${String(index)}` }));
    await opened.dataSource.manager.insert(Writer, many);

    expect([before, await count()]).toEqual([5, 5]);
    expect(await scoped.find()).toHaveLength(301);

    await opened.dataSource.manager.delete(Writer, { name: In(many.map(({ name }) => name)) });
  });

  it("takes composite keys in any number", async () => {
    const { manager } = opened.dataSource;
    const bob = await manager.findOneByOrFail(Writer, { name: "bob" });
    const many = Array.from({ length: 450 }, (_, page) => {
      return { volume: "many", page, title: `t${String(page)}`, writer: { id: bob.id } };
    });
    for (const some of [many.slice(0, 225), many.slice(225)]) await manager.insert(Article, some);
    const scoped = articles().withDeleted({ relations: { writer: true } });

    const found = await scoped.findBy({ volume: "many" });

    expect(found).toHaveLength(450);
    expect(new Set(found.map(({ writer }) => writer?.name))).toEqual(new Set(["bob"]));
    await manager.delete(Article, { volume: "many" });
  });

  it("refuses a relation that does not exist", () => {
    const wrong = { relations: { autor: true } } as never;

    expect(() => articles().withDeleted(wrong)).toThrow(
      'Property "autor" was not found in "Article"',
    );
    expect(() => articles().onlyDeleted(wrong)).toThrow(
      'Property "autor" was not found in "Article"',
    );
  });
});
