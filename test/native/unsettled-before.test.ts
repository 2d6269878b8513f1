import type { EntityManager } from "typeorm";

import { ParentDeletedError } from "../../src";
import { describeEachDatabase } from "../harness";
import { Book, deletions, fill, Author, openLibrary, rowOf, rows } from "../subscriber/library";

const AT = new Date("2024-02-03T04:05:06.789Z");
const OLD = "01890a5d-ac96-774b-bcce-b302099a8057";

async function withDeleted(manager: EntityManager, name: string): Promise<Book> {
  return manager.findOneOrFail(Book, { where: { name }, withDeleted: true });
}

/** All ways to set, and to clear, the delete date of a book. */
const DELETE: Record<string, (manager: EntityManager, id: number) => Promise<unknown>> = {
  "softDelete()": (manager, id) => manager.softDelete(Book, id),
  "softRemove()": async (manager) => manager.softRemove(await withDeleted(manager, "ropes")),
  "update()": (manager, id) => manager.update(Book, id, { deletedAt: AT }),
  "save()": async (manager) =>
    manager.save(Object.assign(await withDeleted(manager, "ropes"), { deletedAt: AT })),
  "upsert()": (manager, id) =>
    manager.upsert(Book, { id, name: "ropes", version: 1, deletedAt: AT }, ["id"]),
};
const RESTORE: Record<string, (manager: EntityManager, id: number) => Promise<unknown>> = {
  "restore()": (manager, id) => manager.restore(Book, id),
  "recover()": async (manager) => manager.recover(await withDeleted(manager, "ropes")),
  "update()": (manager, id) => manager.update(Book, id, { deletedAt: null }),
  "save()": async (manager) =>
    manager.save(Object.assign(await withDeleted(manager, "ropes"), { deletedAt: null })),
  "upsert()": (manager, id) =>
    manager.upsert(Book, { id, name: "ropes", version: 1, deletedAt: null }, ["id"]),
};

describeEachDatabase("rows that were unsettled before", (database) => {
  const opened = openLibrary(database);
  let id = 0;
  beforeEach(async () => {
    await fill(opened.dataSource);
    id = (await withDeleted(opened.dataSource.manager, "ropes")).id;
  });

  /** As something does that knows nothing of this package. */
  async function unseen(set: { deletedAt?: Date | null; deletionId?: string }): Promise<void> {
    const { manager } = opened.dataSource;
    const { driver } = opened.dataSource;
    const names = Object.entries(set);
    const mark = (index: number): string =>
      database.name === "postgres" ? `$${String(index)}` : "?";
    const column = (name: string): string =>
      driver.escape(
        manager.dataSource.getMetadata(Book).findColumnWithPropertyName(name)!.databaseName,
      );
    const values = names.map(
      ([name, value]) =>
        driver.preparePersistentValue(
          value,
          manager.dataSource.getMetadata(Book).findColumnWithPropertyName(name)!,
        ) as unknown,
    );
    const sets = names.map(([name], index) => `${column(name)} = ${mark(index + 1)}`);
    await manager.query(
      `UPDATE ${driver.escape("book")} SET ${sets.join(", ")} WHERE id = ${String(id)}`,
      values,
    );
  }

  // On PostgreSQL TypeORM leaves a generated key to the database in an upsert, which has then no conflict.
  const ways = (calls: typeof DELETE) =>
    Object.entries(calls).filter(([name]) => name !== "upsert()" || database.name !== "postgres");

  for (const [name, call] of ways(DELETE)) {
    it(`belong to this call's deletion, not to the one whose id they still carried: ${name}`, async () => {
      const { dataSource } = opened;
      await unseen({ deletionId: OLD });

      await call(dataSource.manager, id);

      expect((await rowOf(dataSource, "ropes")).deletionId).not.toBe(OLD);
      expect(await deletions(dataSource)).toEqual([["ropes", "ropes 1", "ropes 2"]]);
      await dataSource.manager.restore(Book, id);
      expect(await deletions(dataSource)).toEqual([]);
    });
  }

  for (const [name, call] of ways(RESTORE)) {
    it(`do not come back below a deleted parent: ${name}`, async () => {
      const { dataSource } = opened;
      await unseen({ deletedAt: AT });
      await dataSource.manager.softDelete(Author, { name: "bob" });
      const before = await rows(dataSource);

      await expect(call(dataSource.manager, id)).rejects.toThrow(ParentDeletedError);
      await dataSource.transaction((manager) =>
        expect(call(manager, id)).rejects.toThrow(ParentDeletedError),
      );
      expect(await rows(dataSource)).toEqual(before);

      await dataSource.manager.restore(Author, { name: "bob" });
      const { version } = await rowOf(dataSource, "ropes");
      await call(dataSource.manager, id);
      const row = await rowOf(dataSource, "ropes");
      expect([row.deletedAt, row.deletionId]).toEqual([null, null]);
      if (name !== "upsert()") expect(row.version).toBe(version + 1);
    });
  }
});
