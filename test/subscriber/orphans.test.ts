import { SoftDeleteSubscriber } from "../../src";
import { describeEachDriver } from "../harness";
import { Author, deletions, fill, openLibrary, rowOf } from "./library";

describeEachDriver('orphanedRowAction: "soft-delete"', (database) => {
  const opened = openLibrary(database, [SoftDeleteSubscriber]);

  async function dropBooks(names: string[]): Promise<Author> {
    await fill(opened.dataSource);
    const authors = opened.dataSource.getRepository(Author);
    const ada = await authors.findOneOrFail({ where: { name: "ada" }, relations: { books: true } });
    ada.books = ada.books.filter((book) => !names.includes(book.name));
    return ada;
  }

  it("takes what hangs below the orphan", async () => {
    const ada = await dropBooks(["notes"]);

    await opened.dataSource.manager.save(ada);

    expect(await deletions(opened.dataSource)).toEqual([["notes", "notes 1", "notes 2"]]);
    expect((await rowOf(opened.dataSource, "notes")).version).toBe(2);
  });

  it("takes several orphans of one save as one deletion, which restores them", async () => {
    const ada = await dropBooks(["notes", "engines"]);

    await opened.dataSource.manager.save(ada);
    const [taken, ...others] = await deletions(opened.dataSource);
    expect(others).toEqual([]);
    expect(taken).toEqual(["engines", "engines 1", "engines 2", "notes", "notes 1", "notes 2"]);

    await opened.dataSource.manager.restore("Book", { name: "notes" });
    expect(await deletions(opened.dataSource)).toEqual([["engines", "engines 1", "engines 2"]]);
  });

  it("works inside the caller's transaction", async () => {
    const ada = await dropBooks(["notes"]);

    await opened.dataSource.transaction((manager) => manager.save(ada));

    expect(await deletions(opened.dataSource)).toEqual([["notes", "notes 1", "notes 2"]]);
  });
});
