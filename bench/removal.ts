import { getSoftDeleteRepository, SoftDeleteManager } from "../src";
import { comparedTo, type Benchmark, type Measurement, type Way } from "./benchmark";
import { removedRowsGone, tidy, type BenchDatabase } from "./database";
import { User } from "./entities";
import { median, rotated, time } from "./measure";
import { seedBlog } from "./seed";

const USERS = 100;
const POSTS = 99;
const COMMENTS_OF_USER = 900;
const ROWS = USERS * (1 + POSTS + COMMENTS_OF_USER);
const BATCH = 1000;
const CHILDREN_FIRST = ["bench_comment", "bench_post", "bench_user"];
// Each run removes, and puts back, every row.
const MOST_RUNS = 7;

const PURGE = "package, purge";
const FORCE = "package, forceDelete";
const HAND = "hand-written batches";

/** Removing for good what has been deleted for long. */
export const removal: Benchmark = {
  name: "removal",
  async run(database, { runs }) {
    const { dataSource } = database;
    await fill(database);
    const ids = Array.from({ length: USERS }, (_, index) => index + 1);
    const ways = [
      { name: PURGE, run: () => new SoftDeleteManager(dataSource).purge({ olderThan: "30d" }) },
      {
        name: FORCE,
        run: () => getSoftDeleteRepository(dataSource, User).onlyDeleted().forceDelete(ids),
      },
      { name: HAND, run: () => handWritten(database) },
    ];
    const times = new Map<string, number[]>();
    // The first round warms up and does not count.
    for (let round = 0; round <= Math.min(runs, MOST_RUNS); round++) {
      for (const { name, run } of rotated(ways, round)) {
        await putBack(database);
        const milliseconds = await time(run);
        await expectEmpty(database, name);
        if (round > 0) times.set(name, [...(times.get(name) ?? []), milliseconds]);
      }
    }
    const of = (name: string): Way => ({ name, milliseconds: median(times.get(name) ?? []) });
    const rows = `${USERS} + 9,900 + 90,000 rows`;
    const measurements: Measurement[] = [
      { title: `purge, ${rows}`, ways: [comparedTo(of(PURGE), of(HAND), 1.3), of(HAND)] },
      { title: `force delete, ${rows}`, ways: [comparedTo(of(FORCE), of(HAND), 1.3), of(HAND)] },
    ];
    return measurements;
  },
};

/** Every row deleted with its user, one deletion a minute, a year ago; and a copy of it all. */
async function fill({ dataSource }: BenchDatabase): Promise<void> {
  await seedBlog(dataSource, { users: USERS, postsPerUser: POSTS, commentsPerPost: 0 });
  await dataSource.transaction(async (manager) => {
    const posts = USERS * POSTS;
    const comments = USERS * COMMENTS_OF_USER;
    for (let from = 0; from < comments; from += 2000) {
      const values = Array.from({ length: 2000 }, (_, index) => {
        const id = from + index + 1;
        return `(${id}, 'comment ${id}', ${Math.ceil((id * posts) / comments)})`;
      });
      await manager.query(
        `INSERT INTO bench_comment (id, text, post_id) VALUES ${values.join(", ")}`,
      );
    }
  });
  const users = getSoftDeleteRepository(dataSource, User);
  const year = 365 * 24 * 60 * 60 * 1000;
  for (let id = 1; id <= USERS; id++) {
    const { deletionId } = await users.softDelete(id);
    const at = new Date(Date.now() - year + id * 60_000);
    const date = dataSource.options.type === "better-sqlite3" ? text(at) : at;
    const [first, second] = dataSource.options.type === "postgres" ? ["$1", "$2"] : ["?", "?"];
    for (const table of CHILDREN_FIRST) {
      const set = `UPDATE ${table} SET deleted_at = ${first} WHERE deletion_id = ${second}`;
      await dataSource.query(set, [date, deletionId]);
    }
  }
  for (const table of CHILDREN_FIRST)
    await dataSource.query(`CREATE TABLE ${table}_copy AS SELECT * FROM ${table}`);
}

async function putBack({ dataSource }: BenchDatabase): Promise<void> {
  for (const table of CHILDREN_FIRST) await dataSource.query(`DELETE FROM ${table}`);
  for (const table of [...CHILDREN_FIRST].reverse())
    await dataSource.query(`INSERT INTO ${table} SELECT * FROM ${table}_copy ORDER BY id`);
  await tidy(dataSource);
  await removedRowsGone(dataSource);
}

/** A DELETE for each batch, until none is left: knows that nothing else refers to these rows, and checks nothing. */
async function handWritten({ dataSource }: BenchDatabase): Promise<void> {
  const { type } = dataSource.options;
  const cutoff = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000);
  for (const table of CHILDREN_FIRST) {
    for (;;) {
      const statement =
        type === "postgres" || type === "better-sqlite3"
          ? `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE deleted_at < ${type === "postgres" ? "$1" : "?"} LIMIT ${BATCH})`
          : `DELETE FROM ${table} WHERE deleted_at < ? LIMIT ${BATCH}`;
      const runner = dataSource.createQueryRunner();
      try {
        const { affected = 0 } = (await runner.query(
          statement,
          [type === "better-sqlite3" ? text(cutoff) : cutoff],
          true,
        )) as { affected?: number };
        if (affected < BATCH) break;
      } finally {
        await runner.release();
      }
    }
  }
}

/** As TypeORM writes dates on SQLite. */
function text(date: Date): string {
  return date.toISOString().replace("T", " ").replace("Z", "");
}

/** A way that does not do the work would win. */
async function expectEmpty({ dataSource }: BenchDatabase, name: string): Promise<void> {
  for (const table of CHILDREN_FIRST) {
    const [row] = await dataSource.query<{ n: string | number }[]>(
      `SELECT COUNT(*) AS n FROM ${table}`,
    );
    if (Number(row!.n) !== 0) throw new Error(`${name}: ${row!.n} of ${ROWS} rows are left.`);
  }
}
