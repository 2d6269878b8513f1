import type { DataSource, EntityManager } from "typeorm";

import { ParentDeletedError, SoftDeleteRestrictedError, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver } from "../harness";
import { ADAS, Author, Book, deletions, fill, Loan, openLibrary, Page, rows } from "./library";

type Call = (manager: EntityManager) => Promise<unknown>;

const loaded = (manager: EntityManager, entity: typeof Author | typeof Book, name: string) =>
  manager.findOneOrFail<Author | Book>(entity, { where: { name }, withDeleted: true });

const RESTRICTED: Record<string, Call> = {
  "softDelete(where)": (manager) => manager.softDelete(Author, { name: "ada" }),
  "softDelete of several": (manager) =>
    manager.softDelete(Author, [{ name: "ada" }, { name: "bob" }]),
  softRemove: async (manager) => manager.softRemove(await loaded(manager, Author, "ada")),
  "softRemove of several kinds": async (manager) =>
    manager.softRemove([
      await loaded(manager, Book, "ropes"),
      await loaded(manager, Author, "ada"),
    ]),
  "save with a delete date": async (manager) =>
    manager.save(Object.assign(await loaded(manager, Author, "ada"), { deletedAt: new Date() })),
  "update of the delete date": (manager) =>
    manager.update(Author, { name: "ada" }, { deletedAt: new Date("2024-01-01T00:00:00Z") }),
};

const BLOCKED: Record<string, Call> = {
  "restore(where)": (manager) => manager.restore(Book, { name: "notes" }),
  "restore of several": (manager) => manager.restore(Book, [{ name: "notes" }, { name: "ropes" }]),
  recover: async (manager) => manager.recover(await loaded(manager, Book, "notes")),
  "recover of several kinds": async (manager) =>
    manager.recover([
      await manager.findOneOrFail(Page, { where: { name: "ropes 1" }, withDeleted: true }),
      await loaded(manager, Book, "notes"),
    ]),
  "save without a delete date": async (manager) =>
    manager.save(Object.assign(await loaded(manager, Book, "notes"), { deletedAt: null })),
  "update of the delete date": (manager) =>
    manager.update(Book, { name: "notes" }, { deletedAt: null }),
};

const inDataSource = ({ manager }: DataSource) => ({
  manager,
  transaction: (call: Call) => manager.transaction((own) => call(own)),
});

describeEachDriver("refusals of TypeORM's own calls", (database) => {
  const opened = openLibrary(database, [SoftDeleteSubscriber]);

  async function refuses(call: Call, error: new (...args: never[]) => Error): Promise<void> {
    const { dataSource } = opened;
    const before = await rows(dataSource);
    await expect(call(dataSource.manager)).rejects.toThrow(error);
    expect(await rows(dataSource)).toEqual(before);
  }

  async function refusesInside(call: Call, error: new (...args: never[]) => Error): Promise<void> {
    const { dataSource } = opened;
    const before = await rows(dataSource);
    await dataSource.transaction(async (manager) => {
      await expect(call(manager)).rejects.toThrow(error);
      expect(await rows(manager)).toEqual(before);
      await manager.save(Author, { name: "carol" });
    });
    const after = await rows(dataSource);
    expect(after.delete("carol")).toBe(true);
    expect(after).toEqual(before);
  }

  describe("by an active child under RESTRICT", () => {
    beforeEach(async () => {
      const { ada } = await fill(opened.dataSource);
      await opened.dataSource.manager.save(Loan, { name: "loan", author: ada });
    });

    for (const [name, call] of Object.entries(RESTRICTED)) {
      it(`leave nothing behind of ${name}`, () => refuses(call, SoftDeleteRestrictedError));

      it(`leave nothing behind of ${name} when a transaction goes on`, () =>
        refusesInside(call, SoftDeleteRestrictedError));
    }

    it("leave the object as its row is, alone and when a transaction goes on", async () => {
      const { manager, transaction } = inDataSource(opened.dataSource);
      for (const run of [(call: Call) => call(manager), transaction]) {
        const ada = await loaded(manager, Author, "ada");
        const before = structuredClone(ada);
        await run((own) => expect(own.softRemove(ada)).rejects.toThrow(SoftDeleteRestrictedError));
        expect(structuredClone(ada)).toEqual(before);
        await manager.save(Object.assign(ada, { name: "ada" }));
        expect((await loaded(manager, Author, "ada")).isDeleted).toBe(false);
      }
    });

    it("end with the child's own deletion", async () => {
      const { manager } = opened.dataSource;
      await manager.softDelete(Loan, { name: "loan" });

      await manager.softDelete(Author, { name: "ada" });

      expect(await deletions(manager)).toEqual([ADAS, ["loan"]]);
    });
  });

  describe("by a deleted parent", () => {
    beforeEach(async () => {
      const { dataSource } = opened;
      await fill(dataSource);
      await dataSource.manager.softDelete(Page, { name: "ropes 1" });
      await dataSource.manager.softDelete(Book, { name: "ropes" });
      await dataSource.manager.restore(Book, { name: "ropes" });
      await dataSource.manager.softDelete(Author, { name: "ada" });
    });

    for (const [name, call] of Object.entries(BLOCKED)) {
      it(`leave nothing behind of ${name}`, () => refuses(call, ParentDeletedError));

      it(`leave nothing behind of ${name} when a transaction goes on`, () =>
        refusesInside(call, ParentDeletedError));
    }

    it("leave the object as its row is, alone and when a transaction goes on", async () => {
      const { manager, transaction } = inDataSource(opened.dataSource);
      for (const run of [(call: Call) => call(manager), transaction]) {
        const notes = await loaded(manager, Book, "notes");
        const before = structuredClone(notes);
        await run((own) => expect(own.recover(notes)).rejects.toThrow(ParentDeletedError));
        expect(structuredClone(notes)).toEqual(before);
      }
    });

    it("name the parent", async () => {
      const error: unknown = await opened.dataSource.manager
        .restore(Book, { name: "engines" })
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({
        code: "PARENT_DELETED",
        parents: [{ relation: "Book.author", entity: "Author" }],
      });
    });
  });
});
