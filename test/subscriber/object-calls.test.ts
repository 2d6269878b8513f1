import { SoftDeleteSubscriber, type SoftDeletable } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import {
  ADAS,
  Author,
  Book,
  deletions,
  fill,
  openLibrary,
  Page,
  Portrait,
  rowOf,
  Shelf,
  versions,
} from "./library";

const WHOLE = { books: { pages: true }, portrait: true } as const;

function shown(object: SoftDeletable): [Date | null, string | null] {
  return [object.deletedAt, object.deletionId];
}

describeEachDriver("TypeORM's softRemove and recover", (database) => {
  const opened = openLibrary(database, [SoftDeleteSubscriber]);

  it("takes what is not loaded as well", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    const ada = await dataSource.getRepository(Author).findOneByOrFail({ name: "ada" });

    const removed = await dataSource.getRepository(Author).softRemove(ada);

    expect(await deletions(dataSource)).toEqual([ADAS]);
    expect(removed).toBe(ada);
    const row = await rowOf(dataSource, "ada");
    expect(shown(ada)).toEqual([row.deletedAt, row.deletionId]);
  });

  it("takes the loaded graph as one deletion, which every loaded object shows", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    const authors = dataSource.getRepository(Author);
    const ada = await authors.findOneOrFail({ where: { name: "ada" }, relations: WHOLE });

    await authors.softRemove(ada);

    expect(await deletions(dataSource)).toEqual([ADAS]);
    const stamp = shown(await authors.findOneOrFail({ where: { name: "ada" }, withDeleted: true }));
    expect(stamp).not.toContain(null);
    const objects = [ada, ada.portrait, ...ada.books, ...ada.books.flatMap((book) => book.pages)];
    expect(objects.map((object) => object && shown(object))).toEqual(objects.map(() => stamp));
    expect(await versions(dataSource)).toEqual(
      expect.arrayContaining([
        ["ada", 2],
        ["engines 2", 2],
        ["bob", 1],
      ]),
    );
  });

  it("takes several entities, of several kinds, in one deletion", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    const bob = await dataSource.getRepository(Author).findOneByOrFail({ name: "bob" });
    const notes = await dataSource.getRepository(Book).findOneByOrFail({ name: "notes" });

    await dataSource.manager.softRemove([bob, notes]);

    expect(await deletions(dataSource)).toEqual([
      ["bob", "notes", "notes 1", "notes 2", "portrait of bob", "ropes", "ropes 1", "ropes 2"],
    ]);
  });

  it("is undone with the caller's transaction", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);

    await dataSource
      .transaction(async (manager) => {
        await manager.softRemove(ada);
        expect(await deletions(manager)).toEqual([ADAS]);
        throw new Error("no");
      })
      .catch(() => undefined);

    expect(await deletions(dataSource)).toEqual([]);
  });

  it("sends as many statements for three rows below an object as for one", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    const pages = dataSource.getRepository(Page);
    const books = dataSource.getRepository(Book);
    const [notes, ropes] = [
      await books.findOneByOrFail({ name: "notes" }),
      await books.findOneByOrFail({ name: "ropes" }),
    ];
    await pages.save([{ name: "notes 3", book: notes }]);

    const two = await statementsOf(dataSource, () => books.softRemove(ropes));
    const three = await statementsOf(dataSource, () => books.softRemove(notes));

    expect(three.length).toBe(two.length);
  });

  it("recovers what is not loaded, and nothing that was deleted before", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await dataSource.getRepository(Page).softDelete({ name: "notes 1" });
    const authors = dataSource.getRepository(Author);
    await authors.softDelete({ name: "ada" });
    const ada = await authors.findOneOrFail({ where: { name: "ada" }, withDeleted: true });

    const recovered = await authors.recover(ada);

    expect(await deletions(dataSource)).toEqual([["notes 1"]]);
    expect(recovered).toBe(ada);
    expect(shown(ada)).toEqual([null, null]);
  });

  it("recovers the loaded graph with one move of every version", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    const authors = dataSource.getRepository(Author);
    await authors.softDelete({ name: "ada" });
    const ada = await authors.findOneOrFail({
      where: { name: "ada" },
      relations: WHOLE,
      withDeleted: true,
    });

    await authors.recover(ada);

    expect(await deletions(dataSource)).toEqual([]);
    expect(await versions(dataSource)).toEqual(
      expect.arrayContaining(ADAS.map((name) => [name, 3])),
    );
    expect(ada.books.flatMap((book) => book.pages).map(shown)).toEqual([
      [null, null],
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  for (const place of ["autocommit", "the caller's transaction"]) {
    it(`leaves loaded children of earlier deletions deleted, in ${place}`, async () => {
      const { dataSource } = opened;
      await fill(dataSource);
      await dataSource.getRepository(Page).softDelete({ name: "engines 1" });
      await dataSource.getRepository(Book).softDelete({ name: "notes" });
      await dataSource.getRepository(Portrait).softDelete({ name: "portrait of ada" });
      const before = await rowOf(dataSource, "notes");
      const authors = dataSource.getRepository(Author);
      await authors.softDelete({ name: "ada" });
      const ada = await authors.findOneOrFail({
        where: { name: "ada" },
        relations: WHOLE,
        withDeleted: true,
      });

      if (place === "autocommit") await authors.recover(ada);
      else await dataSource.transaction((manager) => manager.recover(ada));

      expect(await deletions(dataSource)).toEqual([
        ["engines 1"],
        ["notes", "notes 1", "notes 2"],
        ["portrait of ada"],
      ]);
      expect(await rowOf(dataSource, "notes")).toEqual(before);
      const notes = ada.books.find((book) => book.name === "notes");
      expect(notes && shown(notes)).toEqual([before.deletedAt, before.deletionId]);
      expect(ada.portrait?.isDeleted).toBe(true);
      expect(ada.books.find((book) => book.name === "engines")?.isDeleted).toBe(false);
    });
  }

  it("leaves deleted children alone when the object itself is active", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await dataSource.getRepository(Book).softDelete({ name: "notes" });
    const authors = dataSource.getRepository(Author);
    const ada = await authors.findOneOrFail({
      where: { name: "ada" },
      relations: { books: true },
      withDeleted: true,
    });

    await authors.recover(ada);

    expect(await deletions(dataSource)).toEqual([["notes", "notes 1", "notes 2"]]);
  });

  it("hands a loaded child over that has another deleted parent", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);
    await dataSource.manager.save(Shelf, { name: "shelf", books: ada.books.slice(0, 1) });
    await dataSource.getRepository(Author).softDelete({ name: "ada" });
    await dataSource.getRepository(Shelf).softDelete({ name: "shelf" });
    const deleted = await dataSource
      .getRepository(Author)
      .findOneOrFail({ where: { name: "ada" }, relations: WHOLE, withDeleted: true });

    await dataSource.manager.recover(deleted);

    expect(await deletions(dataSource)).toEqual([["engines", "engines 1", "engines 2", "shelf"]]);
    expect(deleted.books.map(({ name, isDeleted }) => [name, isDeleted]).sort()).toEqual([
      ["engines", true],
      ["notes", false],
    ]);
  });

  it("recovers every object that is passed, whichever deletion took it", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    const books = dataSource.getRepository(Book);
    await books.softDelete({ name: "notes" });
    await books.softDelete({ name: "ropes" });
    const deleted = await books.find({
      where: [{ name: "notes" }, { name: "ropes" }],
      withDeleted: true,
    });

    await books.recover(deleted);

    expect(await deletions(dataSource)).toEqual([]);
  });

  it("leaves loaded children deleted that belong to no deletion", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await dataSource
      .createQueryBuilder()
      .update(Page)
      .set({ deletedAt: new Date("2020-01-01T00:00:00.123Z") })
      .where({ name: "notes 1" })
      .callListeners(false)
      .execute();
    const before = await rowOf(dataSource, "notes 1");
    const books = dataSource.getRepository(Book);
    await books.softDelete({ name: "notes" });
    const notes = await books.findOneOrFail({
      where: { name: "notes" },
      relations: { pages: true },
      withDeleted: true,
    });

    await books.recover(notes);

    expect(await rowOf(dataSource, "notes 1")).toEqual(before);
    expect((await rowOf(dataSource, "notes 2")).deletedAt).toBeNull();
    expect((await rowOf(dataSource, "notes")).deletedAt).toBeNull();
  });
});
