import { setTimeout } from "node:timers/promises";

import "reflect-metadata";
import {
  Entity,
  Index,
  ManyToOne,
  PrimaryColumn,
  type DataSource,
  type EntityManager,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteSubscriber,
} from "../../src";
import { FileLock } from "../../src/session/file-lock";
import { dialectOf } from "../../src/sql";
import { describeEachDatabase, tellConnections, recordStatements } from "../harness";

@Entity()
class Shelf extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
class Book extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Shelf) @OnSoftDelete("CASCADE") shelf!: Shelf;
}

const ENTITIES = [Shelf, Book];

// On SQLite the option `timeout` does the same, from a least on.
const IMPATIENT: Record<string, string | undefined> = {
  postgres: "SET lock_timeout = 200",
  mysql: "SET innodb_lock_wait_timeout = 1",
};

const CODES: Record<string, string> = {
  postgres: "55P03",
  mysql: "ER_LOCK_WAIT_TIMEOUT",
  "better-sqlite3": "SQLITE_BUSY",
};

describeEachDatabase("a row that somebody else has locked", (database) => {
  let dataSource: DataSource;
  let other: DataSource;
  const { least } = FileLock;

  afterAll(() => {
    FileLock.least = least;
  });
  beforeAll(async () => {
    FileLock.least = 0;
    other = await database.open(ENTITIES, { file: true, subscribers: [SoftDeleteSubscriber] });
    dataSource = await database.connect(ENTITIES, {
      ...(database.name === "better-sqlite3" ? { timeout: 100 } : {}),
      subscribers: [SoftDeleteSubscriber],
    });
    const impatient = IMPATIENT[database.name];
    if (impatient) await tellConnections(dataSource, impatient);
  });
  beforeEach(async () => {
    await other.manager.save(Shelf, { id: 1, deletedAt: null });
    await other.manager.save(Book, { id: 1, shelf: { id: 1 }, deletedAt: null });
  });

  /** Runs work while another connection has the book locked. */
  async function whileLocked(work: () => Promise<unknown>): Promise<unknown> {
    return other.transaction(async (manager: EntityManager) => {
      await manager.query(`UPDATE ${other.driver.escape("book")} SET id = id`);
      return work().catch((error: unknown) => error);
    });
  }

  it.each(["softDelete", "forceDelete"] as const)(
    "ends %s() once it has been waited for, at the first attempt",
    async (verb) => {
      const recording = recordStatements(dataSource);
      const error = await whileLocked(() => getSoftDeleteRepository(dataSource, Shelf)[verb](1));
      recording.stop();
      expect(error).toMatchObject({ driverError: { code: CODES[database.name] } });
      const starts = recording.statements.filter((text) => /^(START TRANSACTION|BEGIN)/.test(text));
      // Where SQLite's lock is not free, nothing is sent.
      expect(starts).toHaveLength(database.name === "better-sqlite3" ? 0 : 1);
      expect(await other.manager.count(Book)).toBe(1);
      expect(await other.manager.count(Shelf)).toBe(1);
    },
  );

  if (database.name === "better-sqlite3") {
    it("is told from a snapshot that is too old to write", async () => {
      const dialect = dialectOf(dataSource);
      await other.query("PRAGMA journal_mode = WAL");
      const failing = (text: string): Promise<unknown> =>
        dataSource.query(text).catch((error: unknown) => error);

      await dataSource.query("BEGIN");
      await dataSource.query("SELECT * FROM book");
      await other.query("UPDATE book SET id = id");
      const stale = await failing("UPDATE book SET id = id");
      await dataSource.query("ROLLBACK");
      expect(stale).toMatchObject({ code: "SQLITE_BUSY_SNAPSHOT" });
      expect(dialect.isRetryable(stale)).toBe(true);

      await other.query("BEGIN IMMEDIATE");
      const waited = await failing("BEGIN IMMEDIATE");
      await other.query("ROLLBACK");
      expect(waited).toMatchObject({ code: "SQLITE_BUSY" });
      expect(dialect.isRetryable(waited)).toBe(true);
    });

    it("is waited for while the process goes on", async () => {
      await other.manager.save(Shelf, { id: 1, deletedAt: null });
      FileLock.least = 60_000;
      const shelves = getSoftDeleteRepository(dataSource, Shelf);
      const done: string[] = [];
      const deletions: Promise<unknown>[] = [];
      const told = (what: string) => (): number => done.push(what);

      await other.transaction(async (manager) => {
        await manager.query("UPDATE book SET id = id");
        deletions.push(shelves.softDelete(1).then(told("deletion")));
        deletions.push(dataSource.manager.softDelete(Book, 1).then(told("another")));
        // One that has queued behind it, and one that comes while it waits.
        await dataSource.manager.count(Shelf).then(told("count"));
        await setTimeout(20);
        await dataSource.manager.count(Book).then(told("count"));
        // The other's own statements have their own patience.
        expect(await dataSource.query("PRAGMA busy_timeout")).toEqual([{ timeout: 100 }]);
        done.push("the other's end");
      });
      await Promise.all(deletions);

      expect(done).toEqual(["count", "count", "the other's end", "deletion", "another"]);
      expect(await shelves.onlyDeleted().count()).toBe(1);
    });
  }
});
