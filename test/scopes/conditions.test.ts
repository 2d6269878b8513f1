import { In, MoreThan } from "typeorm";

import { getSoftDeleteRepository } from "../../src";
import { describeEachDriver } from "../harness";
import { Article, openPress } from "./press";

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
});
