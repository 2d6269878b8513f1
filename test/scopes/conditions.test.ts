import {
  In,
  IsNull,
  Like,
  MoreThan,
  Not,
  type FindOptionsRelations,
  type FindOptionsWhere,
} from "typeorm";

import { getSoftDeleteRepository } from "../../src";
import { describeEachDriver } from "../harness";
import { Article, openPress } from "./press";

type Where = FindOptionsWhere<Article> | FindOptionsWhere<Article>[];

/** The same whatever the order of rows and properties. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([property, one]) => [property, sorted(one)]),
  );
}

describeEachDriver("find options of withDeleted({ relations })", (database) => {
  const opened = openPress(database);
  const articles = () => getSoftDeleteRepository(opened.dataSource, Article);
  const byTitle = { order: { title: "ASC" } } as const;

  function titlesAndWriters(rows: readonly Article[]) {
    return rows.map(({ title, writer }) => [title, writer?.name ?? null]);
  }

  it("keeps order and pagination", async () => {
    const scoped = articles().withDeleted({ relations: { remarks: true, writer: true } });

    const page = await scoped.find({ order: { title: "DESC" }, skip: 1, take: 1 });

    expect(titlesAndWriters(page)).toEqual([["dawn", "ada"]]);
    expect(titlesAndWriters(await scoped.find({ order: { writer: { name: "DESC" } } }))).toEqual([
      ["noon", "bob"],
      ["dawn", "ada"],
    ]);
  });

  it("lets conditions go by deleted rows of the named relations, and of no other", async () => {
    const scoped = articles().withDeleted({ relations: { writer: true, remarks: true } });
    const ada = { writer: { name: "ada" } };

    expect(await articles().findBy(ada)).toEqual([]);
    expect(titlesAndWriters(await scoped.findBy(ada))).toEqual([["dawn", "ada"]]);
    expect(titlesAndWriters(await scoped.findBy([{ title: "dusk" }, ada]))).toEqual([
      ["dawn", "ada"],
    ]);
    expect(await scoped.findBy({ writer: { house: { name: "north" } } })).toEqual([]);
    expect(await scoped.findBy({ ...ada, topics: { name: "sea" } })).toEqual([]);
    expect(await scoped.findBy({ ...ada, topics: { name: "sky" } })).toHaveLength(1);
    expect(await scoped.findBy({ remarks: { text: In(["dull", "late"]) } })).toHaveLength(1);
    expect(await scoped.findBy({ remarks: { by: { name: "ada" } } })).toEqual([]);
    expect(
      await articles()
        .withDeleted({ relations: { remarks: { by: true } } })
        .findBy({ remarks: { by: { name: "ada" } } }),
    ).toHaveLength(1);
  });

  it("counts and sums by the same conditions", async () => {
    const scoped = articles().withDeleted({ relations: { writer: true } });
    const where = { writer: { name: "ada" }, words: MoreThan(0) };

    expect(await scoped.count()).toBe(2);
    expect([await articles().countBy(where), await scoped.countBy(where)]).toEqual([0, 1]);
    expect(await scoped.existsBy(where)).toBe(true);
    expect(await scoped.exists({ where: { writer: { name: "eve" } } })).toBe(false);
    expect([await articles().sum("words", where), await scoped.sum("words", where)]).toEqual([
      null,
      10,
    ]);
    expect(await scoped.sum("words")).toBe(30);
  });

  it("selects columns, of the named relation as well", async () => {
    const select = { title: true, writer: { name: true } } as const;
    const [dawn] = await articles()
      .withDeleted({ relations: { writer: true } })
      .find({ select, ...byTitle });

    expect(dawn).toEqual({
      volume: "a",
      page: 1,
      title: "dawn",
      writer: { id: expect.any(String) as string, name: "ada" },
    });
    expect(dawn?.writer?.deletedAt).toBeUndefined();
  });

  it.each<[string, Where]>([
    ["of a list", { remarks: { text: "dull" } }],
    ["of a list that is empty by then", { remarks: { text: "nobody wrote this" } }],
    ["of a list, or of the row itself", [{ title: "dusk" }, { remarks: { text: "dull" } }]],
    [
      "of several relations, one or the other",
      [{ topics: { name: "sea" } }, { remarks: { text: Like("d%") } }],
    ],
    [
      "of several relations at once",
      { topics: { name: "sky" }, remarks: { text: In(["late", "dull"]) } },
    ],
    ["of a relation below", { remarks: { by: { name: "ada" } } }],
    ["of a list below a list", { remarks: { replies: { text: "so what" } } }],
    ["of a list below a single row", { writer: { articles: { title: Not("noon") } } }],
    [
      "with alternatives below",
      { writer: [{ name: "ada" }, { articles: { words: MoreThan(20) } }] },
    ],
    [
      "of a row that is not there",
      [{ summary: { id: IsNull() } }, { summary: { text: "of dusk" } }],
    ],
  ])("select the rows of the relation as well, as TypeORM's do: %s", async (_, where) => {
    const relations: FindOptionsRelations<Article> = {
      writer: { articles: true, house: true },
      remarks: { replies: true, by: true },
      summary: true,
      topics: true,
    };
    const scoped = articles().withDeleted().withDeleted({ relations });

    const plain = await opened.dataSource.manager.find(Article, {
      where,
      relations,
      withDeleted: true,
    });

    expect(sorted(await scoped.find({ where }))).toEqual(sorted(plain));
    expect(sorted(await scoped.findBy(where))).toEqual(sorted(plain));
  });

  it("select active rows alone of a relation that is not named", async () => {
    const scoped = articles().withDeleted({ relations: { writer: true } });
    const found = async (text: string) => {
      const options = { where: { remarks: { text } }, relations: { remarks: true } };
      return (await scoped.find(options)).map(({ title, writer, remarks }) => [
        title,
        writer?.name,
        remarks.map((remark) => remark.text),
      ]);
    };

    expect(await found("bright")).toEqual([["dawn", "ada", ["bright"]]]);
    expect(await found("dull")).toEqual([]);
  });

  it("select of what a deletion took, in the trash", async () => {
    const scoped = articles().onlyDeleted({ relations: { remarks: { replies: true } } });
    const texts = async (where: Where) =>
      (await scoped.find({ where })).map(({ remarks }) =>
        remarks.map(({ text, replies }) => [text, ...replies.map((reply) => reply.text)]),
      );

    expect(await texts({ remarks: { text: In(["early", "late"]) } })).toEqual([
      [["late", "so what"]],
    ]);
    expect(await texts({ remarks: { text: "early" } })).toEqual([]);
    expect(await texts([{ title: "dusk" }, { remarks: { text: "early" } }])).toEqual([
      [["late", "so what"]],
    ]);
    expect(await texts({ remarks: { replies: { text: "other" } } })).toEqual([]);
  });
});
