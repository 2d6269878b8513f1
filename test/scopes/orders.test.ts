import { getSoftDeleteRepository } from "../../src";
import { describeEachDriver } from "../harness";
import { Article, openPress, Writer } from "./press";

describeEachDriver("an order in a scope that names relations", (database) => {
  const opened = openPress(database);
  const articles = () => getSoftDeleteRepository(opened.dataSource, Article);

  it("keeps the order in which the caller names the columns", async () => {
    const writers = getSoftDeleteRepository(opened.dataSource, Writer);
    const scoped = writers.withDeleted({ relations: { articles: true } });
    const titles = async (order: object) => {
      const bob = await scoped.findOneOrFail({
        where: { name: "bob" },
        order: { articles: order },
      });
      return bob.articles.map(({ title }) => title);
    };

    expect(await titles({ volume: "ASC", title: "ASC" })).toEqual(["noon", "dusk"]);
    expect(await titles({ title: "ASC", volume: "ASC" })).toEqual(["dusk", "noon"]);
    expect(await titles({ title: "DESC", page: "ASC" })).toEqual(["noon", "dusk"]);
    expect(await titles({ page: "ASC", volume: "DESC" })).toEqual(["dusk", "noon"]);
    const nulls = database.name === "mysql" ? {} : { nulls: "last" };
    expect(await titles({ words: { direction: "desc", ...nulls } })).toEqual(["dusk", "noon"]);
  });

  it("goes by a to-one relation, and pages", async () => {
    const scoped = articles().withDeleted({ relations: { writer: true, remarks: true } });
    const page = async (skip: number, by: "ASC" | "DESC", select?: object) => {
      const options = { order: { writer: { name: by } }, skip, take: 1, ...(select && { select }) };
      const [rows, total] = await scoped.findAndCount(options);
      return [...rows.map(({ title, words, writer }) => [title, words, writer?.name]), total];
    };

    expect(await page(0, "ASC")).toEqual([["dawn", 10, "ada"], 2]);
    expect(await page(1, "ASC")).toEqual([["noon", 20, "bob"], 2]);
    expect(await page(0, "DESC")).toEqual([["noon", 20, "bob"], 2]);
    expect(await page(1, "DESC", { title: true })).toEqual([["dawn", undefined, "ada"], 2]);
    expect(await page(0, "DESC", { title: true, writer: { id: true } })).toEqual([
      ["noon", undefined, undefined],
      2,
    ]);
  });

  it("by a relation that is not named leaves its deleted rows hidden", async () => {
    const scoped = articles().withDeleted({ relations: { writer: true } });
    const order = {
      writer: { name: "ASC", house: { name: "ASC" } },
      summary: { text: "ASC" },
    } as const;
    const relations = { writer: { house: true }, summary: true } as const;
    const rows = await scoped.find({ order, relations, take: 2 });

    expect(rows.map(({ title, summary }) => [title, summary])).toEqual([
      ["dawn", null],
      ["noon", null],
    ]);
    expect(rows.map(({ writer }) => writer?.house?.name)).toEqual([undefined, "south"]);
  });

  it("goes by a to-many relation, and pages", async () => {
    const scoped = articles().withDeleted({ relations: { remarks: true } });
    const rows = await scoped.find({ order: { remarks: { text: "DESC" } }, take: 5 });

    const dawn = rows.find(({ title }) => title === "dawn");
    expect(dawn?.remarks.map(({ text }) => text)).toEqual(["dull", "bright"]);
    expect(rows).toHaveLength(2);
  });

  it("goes by a relation of a to-one relation", async () => {
    const scoped = articles().withDeleted({ relations: { writer: { house: true } } });
    const order = { writer: { house: { name: "DESC" } } } as const;

    expect((await scoped.find({ order })).map(({ title }) => title)).toEqual(["noon", "dawn"]);
    const [first] = await scoped.find({ order, take: 1 });
    expect(first?.writer?.house?.name).toBe("south");
  });

  it("is refused by a relation of a to-many relation, by name", async () => {
    const scoped = articles().withDeleted({ relations: { remarks: { by: true } } });
    const attempt = scoped.find({ order: { remarks: { by: { name: "ASC" } } } });

    await expect(attempt).rejects.toMatchObject({
      code: "SOFT_DELETE_CRITERIA",
      message: expect.stringContaining("Remark.by") as string,
    });
  });
});

describeEachDriver('relationLoadStrategy: "query" in a scope', (database) => {
  const opened = openPress(database);

  it("loads deleted rows as join does", async () => {
    const articles = getSoftDeleteRepository(opened.dataSource, Article);
    for (const scope of [articles.withDeleted(), articles.onlyDeleted()]) {
      const read = async (relationLoadStrategy: "join" | "query") => {
        const rows = await scope.find({
          relations: {
            remarks: { replies: true },
            topics: true,
            summary: true,
            writer: { articles: true },
          },
          order: { title: "ASC" },
          relationLoadStrategy,
        });
        const sorted = (list: readonly string[]) => [...list].sort();
        return rows.map((row) => ({
          title: row.title,
          writer: [row.writer?.name, sorted(row.writer?.articles.map(({ title }) => title) ?? [])],
          summary: row.summary?.text,
          topics: sorted(row.topics.map(({ name }) => name)),
          remarks: sorted(row.remarks.map(({ text }) => text)),
          replies: sorted(row.remarks.flatMap(({ replies }) => replies.map(({ text }) => text))),
        }));
      };

      expect(await read("query")).toEqual(await read("join"));
    }
  });
});
