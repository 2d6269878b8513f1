import { getSoftDeleteRepository } from "../src";
import { comparedTo, type Benchmark, type Measurement } from "./benchmark";
import { tidy, type BenchDatabase } from "./database";
import { User } from "./entities";
import { median, rotated, time } from "./measure";
import { seedBlog } from "./seed";

const POSTS = 100;
const COMMENTS = 50;
const SIZES = [
  { name: "small", title: "1 + 100 + 5,000 rows", ids: [1], block: 50 },
  {
    name: "large",
    title: "10 + 1,000 + 50,000 rows",
    ids: Array.from({ length: 10 }, (_, index) => index + 2),
    block: 1,
  },
];

/** What a soft delete would take, counted. */
export const preview: Benchmark = {
  name: "preview",
  async run(database, { sizes, runs }) {
    const { dataSource } = database;
    const blog = { users: 20, postsPerUser: POSTS, commentsPerPost: COMMENTS };
    await seedBlog(dataSource, blog);
    await tidy(dataSource);
    const users = getSoftDeleteRepository(dataSource, User);
    const measurements: Measurement[] = [];
    for (const { title, ids, block } of SIZES.filter(({ name }) => sizes.includes(name))) {
      const expected = ids.length * (1 + POSTS + POSTS * COMMENTS);
      const ways = [
        {
          name: "package, previewSoftDelete",
          count: async () => (await users.previewSoftDelete(ids)).total,
          times: [] as number[],
        },
        {
          name: "hand-written counts",
          count: () => handWritten(database, ids),
          times: [] as number[],
        },
      ];
      // The first round warms up and does not count.
      for (let round = 0; round <= 2 * runs; round++) {
        for (const { name, count, times } of rotated(ways, round)) {
          let total = 0;
          const milliseconds = await time(async () => {
            for (let turn = 0; turn < block; turn++) total += await count();
          });
          if (total !== block * expected) throw new Error(`${name} counts ${total / block}.`);
          if (round > 0) times.push(milliseconds / block);
        }
      }
      const [own, hand] = ways.map(({ name, times }) => ({ name, milliseconds: median(times) }));
      measurements.push({
        title: `preview, ${title}`,
        ways: [comparedTo(own!, hand!, 1.3), hand!],
      });
    }
    return measurements;
  },
};

/** One SELECT for each table. */
async function handWritten({ dataSource }: BenchDatabase, ids: readonly number[]): Promise<number> {
  const postgres = dataSource.options.type === "postgres";
  const list = ids.map((_, index) => (postgres ? `$${index + 1}` : "?")).join(", ");
  const users = `u.id IN (${list}) AND u.deleted_at IS NULL`;
  const counts = [
    `bench_user u WHERE ${users}`,
    `bench_user u JOIN bench_post p ON p.author_id = u.id WHERE ${users} AND p.deleted_at IS NULL`,
    `bench_user u JOIN bench_post p ON p.author_id = u.id JOIN bench_comment c ON c.post_id = p.id WHERE ${users} AND p.deleted_at IS NULL AND c.deleted_at IS NULL`,
  ];
  let total = 0;
  for (const from of counts) {
    const [row] = await dataSource.query<{ n: string | number }[]>(
      `SELECT COUNT(*) AS n FROM ${from}`,
      [...ids],
    );
    total += Number(row!.n);
  }
  return total;
}
