import type { EntityManager } from "typeorm";

import { SoftDeleteSubscriber } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { ADAS, Author, Book, deletions, fill, openLibrary, rowOf, versions } from "./library";

type Call = (manager: EntityManager, id: number) => Promise<{ affected?: number | undefined }>;

const DELETES: Record<string, Call> = {
  "repository.softDelete(id)": (manager, id) => manager.getRepository(Author).softDelete(id),
  "repository.softDelete(where)": (manager) =>
    manager.getRepository(Author).softDelete({ name: "ada" }),
  "manager.softDelete(ids)": (manager, id) => manager.softDelete(Author, [id]),
  "createQueryBuilder().softDelete()": (manager, id) =>
    manager.createQueryBuilder().softDelete().from(Author).where("id = :id", { id }).execute(),
  "repository.createQueryBuilder().softDelete()": (manager) =>
    manager
      .getRepository(Author)
      .createQueryBuilder()
      .softDelete()
      .where({ name: "ada" })
      .execute(),
};

const RESTORES: Record<string, Call> = {
  "repository.restore(id)": (manager, id) => manager.getRepository(Author).restore(id),
  "repository.restore(where)": (manager) => manager.getRepository(Author).restore({ name: "ada" }),
  "manager.restore(ids)": (manager, id) => manager.restore(Author, [id]),
  "createQueryBuilder().restore()": (manager, id) =>
    manager.createQueryBuilder().restore().from(Author).where("id = :id", { id }).execute(),
};

describeEachDriver("TypeORM's criteria calls", (database) => {
  let time: Date | undefined;
  const opened = openLibrary(database, [
    SoftDeleteSubscriber.with({ clock: () => time ?? new Date() }),
  ]);
  afterEach(() => {
    time = undefined;
  });

  for (const [name, softDelete] of Object.entries(DELETES)) {
    it(`cascades ${name} as one deletion`, async () => {
      const { dataSource } = opened;
      const { ada } = await fill(dataSource);

      const result = await softDelete(dataSource.manager, ada.id);

      expect(await deletions(dataSource)).toEqual([ADAS]);
      expect(result.affected).toBe(1);
    });

    it(`cascades ${name} inside the caller's transaction`, async () => {
      const { dataSource } = opened;
      const { ada } = await fill(dataSource);

      await dataSource.transaction(async (manager) => {
        await softDelete(manager, ada.id);
        expect(await deletions(manager)).toEqual([ADAS]);
      });

      expect(await deletions(dataSource)).toEqual([ADAS]);
    });
  }

  for (const [name, restore] of Object.entries(RESTORES)) {
    it(`brings back by ${name} exactly what the deletion took`, async () => {
      const { dataSource } = opened;
      const { ada } = await fill(dataSource);
      await dataSource.getRepository(Book).softDelete({ name: "notes" });
      await dataSource.getRepository(Author).softDelete(ada.id);

      const result = await restore(dataSource.manager, ada.id);

      expect(await deletions(dataSource)).toEqual([["notes", "notes 1", "notes 2"]]);
      expect(result.affected).toBe(1);
    });

    it(`brings back by ${name} inside the caller's transaction`, async () => {
      const { dataSource } = opened;
      const { ada } = await fill(dataSource);
      await dataSource.getRepository(Author).softDelete(ada.id);

      await dataSource.transaction((manager) => restore(manager, ada.id));

      expect(await deletions(dataSource)).toEqual([]);
    });
  }

  it("moves the version of every row once for each call", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);
    const authors = dataSource.getRepository(Author);

    await authors.softDelete(ada.id);
    await authors.restore(ada.id);

    expect(await versions(dataSource)).toEqual(
      expect.arrayContaining([
        ...ADAS.map((name) => [name, 3]),
        ...["bob", "ropes", "ropes 1", "ropes 2"].map((name) => [name, 1]),
      ]),
    );
  });

  it("leaves the stamp of a deleted row alone when it is deleted again", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);
    const authors = dataSource.getRepository(Author);
    await authors.softDelete(ada.id);
    const before = await rowOf(dataSource, "ada");

    const result = await authors.softDelete(ada.id);

    expect(result.affected).toBe(0);
    expect(await rowOf(dataSource, "ada")).toEqual(before);
  });

  it("takes several roots in one call as one deletion", async () => {
    const { dataSource } = opened;
    const { ada, bob } = await fill(dataSource);

    await dataSource.getRepository(Author).softDelete([ada.id, bob.id]);

    const all = await deletions(dataSource);
    expect(all).toHaveLength(1);
    expect(all[0]).toEqual(expect.arrayContaining([...ADAS, "bob", "ropes 1"]));
  });

  it("makes two calls two deletions, each undone by itself", async () => {
    const { dataSource } = opened;
    const { ada, bob } = await fill(dataSource);
    const authors = dataSource.getRepository(Author);
    await authors.softDelete(ada.id);
    await authors.softDelete(bob.id);

    await authors.restore(bob.id);

    expect(await deletions(dataSource)).toEqual([ADAS]);
  });

  it("undoes everything when the caller's transaction rolls back", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);

    await expect(
      dataSource.transaction(async (manager) => {
        await manager.softDelete(Author, ada.id);
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");

    expect(await deletions(dataSource)).toEqual([]);
    expect((await rowOf(dataSource, "engines")).version).toBe(1);
  });

  it("stamps the time of the clock", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);
    time = new Date("2031-05-06T07:08:09.123Z");

    await dataSource.getRepository(Author).softDelete(ada.id);

    expect((await rowOf(dataSource, "ada")).deletedAt).toEqual(time);
    expect((await rowOf(dataSource, "notes 2")).deletedAt).toEqual(time);
    const id = (await rowOf(dataSource, "ada")).deletionId ?? "";
    expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(time.getTime());
  });

  it("sends the same number of statements however many rows are deleted already", async () => {
    const { dataSource } = opened;
    const { ada, bob } = await fill(dataSource);
    const authors = dataSource.getRepository(Author);
    const round = (id: number) =>
      statementsOf(dataSource, async () => {
        await authors.softDelete(id);
        await authors.restore(id);
      });
    const few = await round(ada.id);

    const names = Array.from({ length: 200 }, (_, index) => ({ name: `author ${index}` }));
    await authors.save(names);
    for (const name of ["author 1", "author 2"]) await authors.softDelete({ name });
    await authors.createQueryBuilder().softDelete().where("name LIKE 'author%'").execute();

    expect((await round(bob.id)).length).toBe(few.length);
  });
});
