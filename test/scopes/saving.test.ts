import type { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver } from "../harness";
import { Article, fillPress, PRESS, Remark } from "./press";

describeEachDriver("save() of rows read with relations of a scope", (database) => {
  let dataSource: DataSource;
  beforeEach(async () => {
    dataSource = await database.open(PRESS, { subscribers: [SoftDeleteSubscriber] });
    await fillPress(dataSource);
  });

  async function storedWriter(title: string): Promise<string | undefined> {
    const articles = getSoftDeleteRepository(dataSource, Article).withDeleted();
    const { writer } = await articles.findOneOrFail({
      where: { title },
      relations: { writer: true },
    });
    return writer?.name;
  }

  it("keeps the reference to a deleted row that was read", async () => {
    const articles = getSoftDeleteRepository(dataSource, Article);
    const scoped = articles.withDeleted({ relations: { writer: true } });
    const dawn = await scoped.findOneByOrFail({ title: "dawn" });

    dawn.words = 11;
    await articles.save(dawn);

    expect(await articles.findOneByOrFail({ title: "dawn" })).toMatchObject({ words: 11 });
    expect(await storedWriter("dawn")).toBe("ada");
  });

  it("keeps the reference to a deleted row that was left out", async () => {
    const articles = getSoftDeleteRepository(dataSource, Article);
    const scoped = articles.withDeleted({ relations: { remarks: true } });
    const dawn = await scoped.findOneOrFail({
      where: { title: "dawn" },
      relations: { writer: true, remarks: true },
    });
    expect(dawn.writer).toBeNull();

    dawn.words = 11;
    await articles.save(dawn);

    expect(await articles.findOneByOrFail({ title: "dawn" })).toMatchObject({ words: 11 });
    expect(await storedWriter("dawn")).toBe("ada");
  });

  it("keeps it on a related row", async () => {
    const scoped = getSoftDeleteRepository(dataSource, Article).withDeleted({
      relations: { remarks: true },
    });
    const { remarks } = await scoped.findOneByOrFail({ title: "dawn" });
    const bright = remarks.find(({ text }) => text === "bright");
    expect(bright?.by).toBeNull();

    await dataSource.manager.save(Object.assign(bright ?? {}, { text: "radiant" }));

    const all = getSoftDeleteRepository(dataSource, Remark).withDeleted();
    expect(await all.findOneByOrFail({ text: "radiant" })).toMatchObject({ by: { name: "ada" } });
  });
});
