import { SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { ADAS, Author, Book, fill, openLibrary, Page, rowOf } from "./library";

const LONG_AGO = new Date("2019-01-01T00:00:00.000Z");

describeEachDatabase("rows that something else has marked", (database) => {
  const opened = openLibrary(database, [SoftDeleteSubscriber]);

  /** Marks a row as TypeORM does where no subscriber sees it. */
  async function mark(
    entity: typeof Author | typeof Book | typeof Page,
    name: string,
    deletedAt: Date | (() => string) | null,
  ): Promise<void> {
    await opened.dataSource
      .createQueryBuilder()
      .update<Author | Book | Page>(entity)
      .set({ deletedAt })
      .where({ name })
      .callListeners(false)
      .execute();
  }

  const moments: [string, Date | (() => string)][] = [
    ["long before", LONG_AGO],
    ["just before", () => "CURRENT_TIMESTAMP"],
  ];
  for (const [when, date] of moments) {
    it(`are not taken by a call on their table when they were marked ${when}`, async () => {
      const { dataSource } = opened;
      await fill(dataSource);
      await mark(Author, "bob", date);
      await mark(Page, "notes 1", date);
      const [bob, page] = [await rowOf(dataSource, "bob"), await rowOf(dataSource, "notes 1")];

      await dataSource.getRepository(Author).softDelete({ name: "ada" });
      await dataSource.getRepository(Author).restore({ name: "ada" });

      expect(await rowOf(dataSource, "bob")).toEqual(bob);
      expect(await rowOf(dataSource, "notes 1")).toEqual(page);
      expect((await rowOf(dataSource, "ropes")).deletedAt).toBeNull();
    });

    it(`are not taken by softRemove when they were marked ${when}`, async () => {
      const { dataSource } = opened;
      await fill(dataSource);
      await mark(Book, "notes", date);
      const notes = await rowOf(dataSource, "notes");
      const ada = await dataSource.getRepository(Author).findOneByOrFail({ name: "ada" });

      await dataSource.manager.softRemove(ada);

      expect(await rowOf(dataSource, "notes")).toEqual(notes);
      expect((await rowOf(dataSource, "notes 1")).deletedAt).toBeNull();
      expect((await rowOf(dataSource, "engines 1")).deletionId).not.toBeNull();
    });

    it(`stay as they are when they are deleted again, marked ${when}`, async () => {
      const { dataSource } = opened;
      await fill(dataSource);
      await mark(Author, "ada", date);
      const ada = await rowOf(dataSource, "ada");

      await dataSource.getRepository(Author).softDelete({ name: "ada" });

      expect(await rowOf(dataSource, "ada")).toEqual(ada);
      expect((await rowOf(dataSource, "engines")).deletedAt).toBeNull();
    });
  }

  it("can be restored by TypeORM's own call", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await mark(Author, "ada", LONG_AGO);

    await dataSource.getRepository(Author).restore({ name: "ada" });

    expect((await rowOf(dataSource, "ada")).deletedAt).toBeNull();
  });

  it("are not restored with a call on another row of their table", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await dataSource.getRepository(Author).softDelete({ name: "ada" });
    await dataSource.getRepository(Author).softDelete({ name: "bob" });
    await mark(Author, "bob", null);
    const bob = await rowOf(dataSource, "bob");

    await dataSource.getRepository(Author).restore({ name: "ada" });

    expect(await rowOf(dataSource, "bob")).toEqual(bob);
    expect((await rowOf(dataSource, "ropes")).deletedAt).not.toBeNull();
    expect((await rowOf(dataSource, "engines")).deletedAt).toBeNull();
  });

  it("stay unseen when the call has no listeners", async () => {
    const { dataSource } = opened;
    const { ada } = await fill(dataSource);

    await dataSource.manager.softRemove(ada, { listeners: false });

    for (const name of ADAS.filter((one) => one !== "ada")) {
      expect((await rowOf(dataSource, name)).deletionId).toBeNull();
    }
    expect(await rowOf(dataSource, "ada")).toMatchObject({ deletionId: null });
    expect((await rowOf(dataSource, "ada")).deletedAt).not.toBeNull();
  });
});
