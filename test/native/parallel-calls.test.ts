import { setImmediate } from "node:timers/promises";

import { In, Not, type EntityManager } from "typeorm";

import { deletionContext, SoftDeleteLog, SoftDeleteSubscriber, UnknownRowsError } from "../../src";
import { describeEachDriver } from "../harness";
import { Author, Book, deletions, LIBRARY, Loan, openLibrary, rows } from "../subscriber/library";

const CALLS = 24;

/** Authors with a book each, of whom every third has been lent something if asked for. */
async function authorsOf(manager: EntityManager, { lent = false } = {}): Promise<Author[]> {
  const names = Array.from({ length: CALLS }, (_, index) => `author ${String(index)}`);
  const authors = await manager.save(
    names.map((name) => manager.create(Author, { name, books: [{ name: `book of ${name}` }] })),
  );
  if (lent) {
    const loans = authors.filter((_, index) => index % 3 === 0);
    await manager.save(
      loans.map((author) => manager.create(Loan, { name: `loan of ${author.name}`, author })),
    );
  }
  return authors;
}

/** The deletions, but for a row that belongs to none. */
async function deletionsBeside(manager: EntityManager, id: number): Promise<string[][]> {
  const all = await manager.find(Author, { where: { id: Not(id) }, withDeleted: true });
  const ids = new Set(all.map((author) => author.deletionId).filter((one) => one !== null));
  return [...ids].map((one) =>
    all.filter((author) => author.deletionId === one).map(({ name }) => name),
  );
}

const DELETES: Record<string, (manager: EntityManager, author: Author) => Promise<unknown>> = {
  "softDelete(id)": (manager, { id }) => manager.softDelete(Author, id),
  "softDelete(where)": (manager, { name }) => manager.softDelete(Author, { name }),
  "softRemove(object)": (manager, { id }) =>
    manager.findOneByOrFail(Author, { id }).then((author) => manager.softRemove(author)),
  "save(object)": (manager, { id }) =>
    manager.findOneByOrFail(Author, { id }).then((author) => {
      author.deletedAt = new Date();
      return manager.save(author);
    }),
  "update(criteria)": (manager, { id }) => manager.update(Author, id, { deletedAt: new Date() }),
  "the query builder": (manager, { id }) =>
    manager.createQueryBuilder().softDelete().from(Author).where("id = :id", { id }).execute(),
};

const RESTORES: Record<string, (manager: EntityManager, author: Author) => Promise<unknown>> = {
  "restore(id)": (manager, { id }) => manager.restore(Author, id),
  "recover(object)": (manager, { id }) =>
    manager
      .findOneOrFail(Author, { where: { id }, withDeleted: true })
      .then((author) => manager.recover(author)),
  "update(criteria)": (manager, { id }) => manager.update(Author, id, { deletedAt: null }),
};

/** TypeORM itself puts the transactions of parallel calls on one connection into each other. */
const OPENS_TRANSACTIONS = new Set(["softRemove(object)", "save(object)", "recover(object)"]);

describeEachDriver("parallel calls of TypeORM's own", (database) => {
  const opened = openLibrary(database, [SoftDeleteSubscriber], [...LIBRARY, SoftDeleteLog]);
  const single = database.name === "better-sqlite3";
  beforeEach(async () => {
    await opened.dataSource.createQueryBuilder().delete().from(SoftDeleteLog).execute();
  });

  for (const [name, call] of Object.entries(DELETES)) {
    const alone = single && OPENS_TRANSACTIONS.has(name);
    const title = `of unrelated rows by ${name} make a deletion each`;
    if (!alone) {
      it(title, async () => {
        const { manager } = opened.dataSource;
        const authors = await authorsOf(manager);

        await Promise.all(authors.map((author) => call(manager, author)));

        const made = await deletions(manager);
        expect(made.map((names) => names.length)).toEqual(authors.map(() => 2));
      });
    }

    it(`${title}, in one transaction`, async () => {
      const { dataSource } = opened;
      const authors = (await authorsOf(dataSource.manager)).slice(0, 10);

      await dataSource.transaction((manager) =>
        Promise.all(authors.map((author) => call(manager, author))),
      );

      const made = await deletions(dataSource);
      expect(made.map((names) => names.length)).toEqual(authors.map(() => 2));
    });
  }

  for (const [name, call] of Object.entries(DELETES)) {
    if (single && OPENS_TRANSACTIONS.has(name)) continue;
    it(`by ${name} are refused each for its own rows, and stay what they were resolved with`, async () => {
      const { manager } = opened.dataSource;
      const authors = await authorsOf(manager, { lent: true });

      const results = await Promise.allSettled(authors.map((author) => call(manager, author)));

      expect(results.map(({ status }) => status)).toEqual(
        authors.map((_, index) => (index % 3 === 0 ? "rejected" : "fulfilled")),
      );
      const active = await manager.find(Author, { order: { id: "ASC" } });
      expect(active.map((author) => author.name)).toEqual(
        authors.filter((_, index) => index % 3 === 0).map((author) => author.name),
      );
      expect(await deletions(manager)).toHaveLength(authors.length - active.length);
    });

    it(`by ${name} are signed each with its own actor`, async () => {
      const { manager } = opened.dataSource;
      const authors = await authorsOf(manager);

      await Promise.all(
        authors.map((author) =>
          deletionContext.run({ actor: author.name }, async () => {
            await setImmediate();
            await call(manager, author);
          }),
        ),
      );

      const entries = await manager.find(SoftDeleteLog);
      const deletionOf = new Map(
        (await manager.find(Author, { withDeleted: true })).map((one) => [
          one.deletionId,
          one.name,
        ]),
      );
      expect(entries).toHaveLength(authors.length);
      expect(entries.map((entry) => entry.actor)).toEqual(
        entries.map((entry) => deletionOf.get(entry.deletionId)),
      );
    });
  }

  for (const [name, call] of Object.entries(RESTORES)) {
    if (single && OPENS_TRANSACTIONS.has(name)) continue;
    it(`by ${name} are refused each for its own rows, and bring back what they were resolved with`, async () => {
      const { manager } = opened.dataSource;
      const authors = await authorsOf(manager);
      await manager.softDelete(Author, { id: In(authors.map(({ id }) => id)) });
      for (const author of authors) await manager.restore(Author, author.id);
      for (const author of authors) await manager.softDelete(Author, author.id);
      const books = await manager.find(Book, { withDeleted: true, order: { id: "ASC" } });

      const results = await Promise.allSettled([
        ...authors.map((author) => call(manager, author)),
        // A book alone cannot come back below a deleted author: it does, or is refused, by who comes first.
        ...books.map((book) => manager.restore(Book, book.id)),
      ]);

      expect(results.slice(0, CALLS).map(({ status }) => status)).toEqual(
        authors.map(() => "fulfilled"),
      );
      const all = [...(await rows(manager)).values()];
      expect(all.filter((row) => row.deletedAt !== null || row.deletionId !== null)).toEqual([]);
    });
  }

  it("touch no row beside theirs where something else has left rows unsettled", async () => {
    const { manager } = opened.dataSource;
    const authors = await authorsOf(manager);
    const [first = 0, second = 0, third = 0, plain = 0] = authors.map(({ id }) => id);
    const raw = (set: string, id: number) =>
      manager
        .createQueryBuilder()
        .update(Author)
        .set({ deletedAt: () => set })
        .where({ id })
        .callListeners(false)
        .execute();
    await raw("CURRENT_TIMESTAMP", plain);
    const query = () => manager.createQueryBuilder().softDelete().from(Author);

    for (const where of ["id < 1000000--3 AND id = :first", "id > 0 /*! AND id = :first */"]) {
      const call = query().where(where, { first }).execute();
      if (database.server === "better-sqlite3" || database.server === "sqljs")
        await call.catch(() => undefined);
      else await expect(call).rejects.toThrow();
    }
    if (database.name === "mysql")
      await expect(
        query().where("id > 0").orderBy("id", "DESC").limit(1).execute(),
      ).rejects.toThrow(UnknownRowsError);
    expect((await deletionsBeside(manager, plain)).flat()).toEqual([]);
    // A row deleted by plain TypeORM stays out of the deletion of others, an OR without brackets or a date notwithstanding.
    await query().where("id = :plain", { plain }).orWhere("id = :first", { first }).execute();
    await manager.update(
      Author,
      { id: In([plain, second]) },
      { deletedAt: new Date("2024-01-01T00:00:00Z") },
    );
    expect(await deletionsBeside(manager, plain)).toHaveLength(2);
    const row = await manager.findOneOrFail(Author, { where: { id: plain }, withDeleted: true });
    expect(row.deletionId).toBeNull();
    expect(await manager.countBy(Author, { id: third })).toBe(1);
  });

  it("leave rows alone that something else has moved", async () => {
    const { manager } = opened.dataSource;
    const authors = await authorsOf(manager);
    const [standing, mine] = [authors.slice(0, 12), authors.slice(12)];
    const where = { id: In(standing.map(({ id }) => id)) };
    await manager.update(Author, where, { name: "standing" });
    const set = async (deletedAt: () => string): Promise<void> => {
      await manager
        .createQueryBuilder()
        .update(Author)
        .set({ deletedAt })
        .where({ name: "standing" })
        .callListeners(false)
        .execute();
    };
    await set(() => "CURRENT_TIMESTAMP");

    await Promise.all(mine.map((author) => manager.softDelete(Author, author.id)));

    expect(await manager.countBy(Author, {})).toBe(0);
    const unsettled = await manager.find(Author, { where, withDeleted: true });
    expect(unsettled.filter((author) => author.deletionId !== null)).toEqual([]);
    const taken = await manager.find(Author, {
      where: { id: In(mine.map(({ id }) => id)) },
      withDeleted: true,
    });
    expect(new Set(taken.map((author) => author.deletionId)).size).toBe(mine.length);

    // And the other way round: revived by something else, with their deletion ids.
    await set(() => "NULL");
    await manager.softDelete(Author, where);
    await set(() => "NULL");
    await Promise.all(mine.map((author) => manager.restore(Author, author.id)));
    const revived = await manager.find(Author, { where });
    expect(revived.filter((author) => author.deletionId === null)).toEqual([]);
    expect(await manager.countBy(Book, {})).toBe(mine.length);
  });
});
