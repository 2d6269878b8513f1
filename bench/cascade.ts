import { getSoftDeleteRepository } from "../src";
import {
  comparedTo,
  slowerThan,
  type Benchmark,
  type BenchOptions,
  type Measurement,
  type Way,
} from "./benchmark";
import { tidy, type BenchDatabase } from "./database";
import { User } from "./entities";
import { handWritten } from "./hand-written";
import { median, rotated, time } from "./measure";
import { seedBlog } from "./seed";

const POSTS = 100;
const COMMENTS = 50;
const SIZES = [
  { name: "small", title: "1 + 100 + 5,000 rows", ids: [1], graph: true },
  {
    name: "large",
    title: "10 + 1,000 + 50,000 rows",
    ids: Array.from({ length: 10 }, (_, i) => i + 2),
    graph: false,
  },
];

interface Contender {
  readonly name: string;
  softDelete(ids: number[]): Promise<unknown>;
  restore(ids: number[]): Promise<unknown>;
}

const PACKAGE = "package, repository";
const NATIVE = "package, TypeORM's calls with the subscriber";
const HAND = "hand-written SQL";
const GRAPH = "TypeORM alone, loaded graph";

/** Soft-deleting users with their posts and comments, and restoring them. */
export const cascade: Benchmark = {
  name: "cascade and restore",
  async run(database, options) {
    await seedBlog(database.dataSource, {
      users: 20,
      postsPerUser: POSTS,
      commentsPerPost: COMMENTS,
    });
    const measurements: Measurement[] = [];
    for (const size of SIZES.filter(({ name }) => options.sizes.includes(name))) {
      measurements.push(...(await contest(database, size, options)));
    }
    return measurements;
  },
};

/** How many times more often the small size is measured. */
const SHORT_ROUNDS = 4;

async function contest(
  database: BenchDatabase,
  { title, ids, graph }: (typeof SIZES)[number],
  { runs }: BenchOptions,
): Promise<Measurement[]> {
  const { dataSource } = database;
  const repository = getSoftDeleteRepository(dataSource, User);
  const native = dataSource.getRepository(User);
  const contenders: Contender[] = [
    {
      name: PACKAGE,
      softDelete: (list) => repository.softDelete(list),
      restore: (list) => repository.restore(list),
    },
    {
      name: NATIVE,
      softDelete: (list) => native.softDelete(list),
      restore: (list) => native.restore(list),
    },
    { name: HAND, ...handWritten(dataSource) },
  ];
  const expected = ids.length * (1 + POSTS + POSTS * COMMENTS);
  const deletions = new Map<string, number[]>();
  const restores = new Map<string, number[]>();

  // Short calls depend much on how soon the disk answers. The first round warms up and does not count.
  const rounds = graph ? SHORT_ROUNDS * runs : runs;
  for (let round = 0; round <= rounds; round++) {
    for (const { name, softDelete, restore } of rotated(contenders, round)) {
      await tidy(dataSource);
      const deleting = await time(() => softDelete(ids));
      await expectDeleted(database, expected, name);
      const restoring = await time(() => restore(ids));
      await expectDeleted(database, 0, name);
      if (round === 0) continue;
      deletions.set(name, [...(deletions.get(name) ?? []), deleting]);
      restores.set(name, [...(restores.get(name) ?? []), restoring]);
    }
  }
  const loaded = graph ? await loadedGraph(database, ids, expected) : undefined;
  return [
    { title: `soft delete, ${title}`, ways: ways(deletions, loaded?.deleting) },
    { title: `restore, ${title}`, ways: ways(restores, loaded?.restoring) },
  ];
}

/** TypeORM's own softRemove() and recover(): an UPDATE and a SELECT for each row. Loading the rows is not counted. */
async function loadedGraph(
  database: BenchDatabase,
  ids: readonly number[],
  expected: number,
): Promise<{ deleting: number; restoring: number }> {
  const users = database.plain.getRepository(User);
  await tidy(database.dataSource);
  const graph = await users.find({
    where: ids.map((id) => ({ id })),
    relations: { posts: { comments: true } },
  });
  const deleting = await time(() => users.softRemove(graph));
  await expectDeleted(database, expected, GRAPH);
  const restoring = await time(() => users.recover(graph));
  await expectDeleted(database, 0, GRAPH);
  return { deleting, restoring };
}

function ways(times: ReadonlyMap<string, readonly number[]>, graph: number | undefined): Way[] {
  const of = (name: string): Way => ({ name, milliseconds: median(times.get(name) ?? []) });
  const own = of(PACKAGE);
  const hand = of(HAND);
  const list = [comparedTo(own, hand, 1.25), comparedTo(of(NATIVE), hand, 1.4), hand];
  if (graph !== undefined) list.push(slowerThan({ name: GRAPH, milliseconds: graph }, own, 100));
  return list;
}

/** A way that does not do the work would win. */
async function expectDeleted(
  { dataSource }: BenchDatabase,
  expected: number,
  name: string,
): Promise<void> {
  let deleted = 0;
  for (const table of ["bench_user", "bench_post", "bench_comment"]) {
    const [row] = await dataSource.query<{ n: string | number }[]>(
      `SELECT COUNT(*) AS n FROM ${table} WHERE deleted_at IS NOT NULL`,
    );
    deleted += Number(row!.n);
  }
  if (deleted !== expected)
    throw new Error(`${name}: ${deleted} rows are deleted, not ${expected}.`);
}
