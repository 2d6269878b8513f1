import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DataSource, type QueryFailedError } from "typeorm";

import { writeLockOf } from "../../src/typeorm/write-lock";
import { isAskedFor } from "../harness/sandbox";
import { Tag } from "./entities";
import { leaning } from "./leaning";

const describeThere = isAskedFor("better-sqlite3") ? describe : describe.skip;

describeThere("the lock of a SQLite file", () => {
  let directory: string;
  let one: DataSource;
  let other: DataSource;

  const open = (database: string): Promise<DataSource> =>
    new DataSource({
      ...{ type: "better-sqlite3", database, entities: [Tag], synchronize: true, timeout: 70 },
    }).initialize();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "write-lock-"));
    one = await open(join(directory, "test.sqlite"));
    other = await open(join(directory, "test.sqlite"));
  });
  afterAll(async () => {
    await one.destroy();
    await other.destroy();
    await rm(directory, { recursive: true });
  });

  leaning("src/typeorm/write-lock.ts", "src/session/file-lock.ts").itStill(
    "gives better-sqlite3's own connection from connect(), and wraps what that throws",
    async () => {
      const lock = await writeLockOf(one.createQueryRunner());
      await other.query("BEGIN IMMEDIATE");
      const asked: unknown = await one.query("BEGIN IMMEDIATE").catch((error: unknown) => error);
      const refused = lock?.refusal();
      await other.query("ROLLBACK");
      const told = [refused, asked].map((error) => {
        const { name, query, driverError } = error as QueryFailedError;
        return { name, query, code: (driverError as { code?: unknown }).code };
      });
      const timeout: unknown = await one.query("PRAGMA busy_timeout");
      return [...told, lock?.refusal(), lock?.timeout, timeout];
    },
    [
      { name: "QueryFailedError", query: "BEGIN IMMEDIATE", code: "SQLITE_BUSY" },
      { name: "QueryFailedError", query: "BEGIN IMMEDIATE", code: "SQLITE_BUSY" },
      undefined,
      70,
      [{ timeout: 70 }],
    ],
  );

  it("is nobody else's in memory", async () => {
    const inMemory = await open(":memory:");
    expect(await writeLockOf(inMemory.createQueryRunner())).toBeUndefined();
    await inMemory.destroy();
  });
});
