import { setTimeout } from "node:timers/promises";
import {
  EventSubscriber,
  QueryFailedError,
  type BeforeQueryEvent,
  type DataSource,
  type EntitySubscriberInterface,
  type QueryRunner,
} from "typeorm";

import {
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type PurgeEvent,
  type PurgeResult,
} from "../../src";
import { describeEachDatabase, tellConnections } from "../harness";
import { World } from "../laws/world";
import { BLOG, Comment, Post, User } from "./entities";
import { left, NOW, numbered, OLD } from "./world";

const EXPIRED = { deletedAt: OLD };
const LOGGED = [...BLOG, SoftDeleteLog];
const ROWS = 60;

/** Does something before each statement. */
@EventSubscriber()
class Before implements EntitySubscriberInterface {
  static statement:
    ((query: string, runner: QueryRunner) => Promise<unknown> | undefined) | undefined;

  beforeQuery({ query, queryRunner }: BeforeQueryEvent): Promise<unknown> | undefined {
    return Before.statement?.(query, queryRunner);
  }
}

@EventSubscriber()
class Listening extends SoftDeleteSubscriber.with({ clock: () => NOW }) {
  static purged: ((event: PurgeEvent) => Promise<unknown>) | undefined;

  override async afterPurge(event: PurgeEvent): Promise<void> {
    await Listening.purged?.(event);
  }
}

describeEachDatabase("purge, when a statement fails,", (database) => {
  let world: World;
  let other: DataSource;

  beforeEach(async () => {
    world = new World(database.name);
    world.dataSource = await database.open(LOGGED, {
      file: true,
      subscribers: [Listening, Before],
      ...(database.name === "postgres" ? { applicationName: "purged" } : {}),
    });
    other = await database.connect(LOGGED, { poolSize: 1 });
    await world.insert(
      User,
      numbered(ROWS, () => EXPIRED),
    );
    await world.insert(
      Post,
      numbered(ROWS, (id) => ({ userId: id, ...EXPIRED })),
    );
    await world.insert(
      Comment,
      numbered(ROWS, (id) => ({ postId: id, ...EXPIRED })),
    );
  });
  afterEach(() => {
    Before.statement = undefined;
    Listening.purged = undefined;
  });

  const purge = (onProgress?: (progress: PurgeResult) => void): Promise<PurgeResult> =>
    world.softDeletes.purge({ olderThan: "30d", batchSize: 25, ...(onProgress && { onProgress }) });

  const countLeft = async (): Promise<number[]> =>
    Promise.all([User, Post, Comment].map(async (entity) => (await left(world, entity)).length));

  /** A deadlock, as the database tells of one; another connection's transaction is too old to write, on SQLite. */
  async function deadlock(runner: QueryRunner): Promise<unknown> {
    if (database.name === "postgres")
      return runner.query("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$");
    if (database.name === "mysql")
      return runner.query("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213");
    return Promise.reject(Object.assign(new Error("busy"), { code: "SQLITE_BUSY_SNAPSHOT" }));
  }

  it("rejects with the database's own error, and has told what it had removed", async () => {
    const name = (text: string): string => world.escape(text);
    let told: PurgeResult | undefined;
    Before.statement = (query) => {
      // On SQLite nobody else can write once the batch has begun.
      const moment = database.name === "better-sqlite3" ? /^BEGIN/ : /^(WITH|DELETE|SELECT)/;
      if (!told || told.total < 50 || !moment.test(query)) return undefined;
      Before.statement = undefined;
      return other.query(`ALTER TABLE ${name("post")} RENAME TO ${name("gone")}`);
    };
    const purging = purge((progress) => {
      told = progress;
    });
    await expect(purging).rejects.toBeInstanceOf(QueryFailedError);
    await other.query(`ALTER TABLE ${name("gone")} RENAME TO ${name("post")}`);
    expect(told?.failures).toEqual([]);
    const rows = await countLeft();
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(3 * ROWS - (told?.total ?? 0));
    expect(await purge()).toMatchObject({ failures: [] });
    expect(await countLeft()).toEqual([0, 0, 0]);
  });

  it("does not take a failure for rows that cannot be removed", async () => {
    let failed = 0;
    Before.statement = (query) =>
      /\bDELETE /.test(query) && failed++ === 0 ? Promise.reject(new Error("failed")) : undefined;
    await expect(purge()).rejects.toThrow("failed");
    expect(failed).toBe(1);
    expect(await countLeft()).toEqual([ROWS, ROWS, ROWS]);
  });

  if (database.name !== "better-sqlite3") {
    it("rejects when the database is gone", async () => {
      Before.statement = async (query) => {
        if (!/\bDELETE /.test(query)) return;
        // Each connection at its first DELETE.
        if (database.name === "postgres") {
          await other.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'purged' AND datname = current_database()",
          );
        } else {
          const found: { id: number }[] = await other.query(
            "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()",
          );
          for (const { id } of found) await other.query(`KILL ${String(id)}`);
        }
        await setTimeout(50);
      };
      await expect(purge()).rejects.toThrow();
      Before.statement = undefined;
      expect(await countLeft()).toEqual([ROWS, ROWS, ROWS]);
    });
  }

  it("runs a batch again after a deadlock in the log's INSERT", async () => {
    let deadlocks = 0;
    Before.statement = (query, runner) => {
      if (!/^INSERT INTO .soft_delete_log/.test(query) || deadlocks++ > 0) return undefined;
      return deadlock(runner);
    };
    expect(await purge()).toMatchObject({ total: 3 * ROWS, failures: [] });
    expect(deadlocks).toBeGreaterThan(1);
    expect(await countLeft()).toEqual([0, 0, 0]);
    const entries = await new SoftDeleteManager(world.dataSource).deletions({ take: 100 });
    expect(entries).toEqual([]);
    const logged = await world.dataSource.manager.find(SoftDeleteLog);
    const rows = logged.flatMap(({ counts }) => Object.values(counts));
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(3 * ROWS);
  });

  it("runs a batch again after a deadlock in a listener's statement", async () => {
    let deadlocks = 0;
    Listening.purged = async ({ manager }) => {
      if (deadlocks++ === 0) await deadlock(manager.queryRunner!);
    };
    expect(await purge()).toMatchObject({ total: 3 * ROWS, failures: [] });
    expect(deadlocks).toBeGreaterThan(1);
    expect(await countLeft()).toEqual([0, 0, 0]);
  });

  it("ends by what a listener throws, or by another error of its statement", async () => {
    Listening.purged = () => Promise.reject(new Error("not now"));
    await expect(purge()).rejects.toThrow("not now");
    Listening.purged = ({ manager }) => manager.query("SELECT * FROM nowhere");
    await expect(purge()).rejects.toBeInstanceOf(QueryFailedError);
    expect(await countLeft()).toEqual([ROWS, ROWS, ROWS]);
  });

  if (database.name !== "better-sqlite3") {
    it("tells of rows that somebody else has locked for too long, and removes the others", async () => {
      await tellConnections(
        world.dataSource,
        database.name === "postgres"
          ? "SET lock_timeout = 200"
          : "SET innodb_lock_wait_timeout = 1",
      );
      const result = await other.transaction("READ COMMITTED", async (manager) => {
        const id = world.escape("id");
        await manager.query(
          `UPDATE ${world.escape("comment")} SET ${id} = ${id} WHERE ${id} IN (7, 31)`,
        );
        return purge();
      });
      const kept = await left(world, Comment);
      expect(kept).toEqual(expect.arrayContaining([7, 31]));
      // What InnoDB reads on its way it waits for, too: there a batch may have to stay.
      if (database.name === "postgres") expect(kept).toHaveLength(2);
      expect(result.counts["Comment"] ?? 0).toBe(ROWS - kept.length);
      expect(new Set(result.failures.map(({ entity }) => entity))).toEqual(new Set(["Comment"]));
      expect(result.failures.reduce((sum, { count }) => sum + count, 0)).toBe(kept.length);
      expect(result.blocked).toEqual([
        { relation: "Post.user", count: kept.length },
        { relation: "Comment.post", count: kept.length },
      ]);
      expect(await purge()).toMatchObject({ total: 3 * kept.length, failures: [] });
    });
  }
});
