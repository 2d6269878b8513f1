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

// On SQLite the option `timeout` does the same.
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

  beforeAll(async () => {
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
      // SQLite's transaction tells that it cannot write when it has read already, without having waited: it is run again.
      if (database.name !== "better-sqlite3") expect(starts).toHaveLength(1);
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
  }
});
