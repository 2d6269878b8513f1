import { IsNull, Not, Raw } from "typeorm";

import { getSoftDeleteRepository } from "../src";
import { statementsOf } from "../test/harness/record-statements";
import { comparedTo, type Benchmark, type Measurement } from "./benchmark";
import { tidy, type BenchDatabase } from "./database";
import { Note } from "./entities";
import { numbers } from "./explain/fill";
import { median, rotated, time } from "./measure";

const ROWS = 1_000_000;
const TOPICS = 10;
const LIMIT = 50;
const BLOCK = 20;
const ROUNDS = 16;

/** The first page of the trash of a large table. */
export const trash: Benchmark = {
  name: "trash",
  async run(database, { runs }) {
    const { dataSource, plain } = database;
    await fill(database);
    const notes = getSoftDeleteRepository(dataSource, Note);
    const typeorm = plain.getRepository(Note);
    const measurements: Measurement[] = [];
    for (const where of [{}, { text: "topic 3" }]) {
      const page = { order: { deletedAt: "DESC" }, take: LIMIT } as const;
      const filtered = "text" in where;
      const statement = `SELECT id, text, deleted_at, deletion_id FROM bench_note WHERE deleted_at IS NOT NULL${filtered ? " AND text = 'topic 3'" : ""} ORDER BY deleted_at DESC LIMIT ${LIMIT}`;
      const deletedAt = Raw((column) => `${column} IS NOT NULL`);
      const find = () => notes.onlyDeleted().find({ where, ...page });
      const [emitted = ""] = await statementsOf(dataSource, find);
      const parameters = filtered ? ["topic 3"] : [];
      await expectIndex(database, emitted, parameters);
      const ways = [
        {
          name: "package, onlyDeleted().find",
          find,
          times: [] as number[],
        },
        {
          name: "TypeORM alone, find with the condition as SQL",
          find: () => typeorm.find({ withDeleted: true, where: { ...where, deletedAt }, ...page }),
          times: [] as number[],
        },
        {
          name: "package, the SQL of it, nothing mapped",
          find: () => typeorm.query<unknown[]>(emitted, parameters),
          times: [] as number[],
        },
        {
          name: "hand-written SQL, nothing mapped",
          find: () => typeorm.query<unknown[]>(statement),
          times: [] as number[],
        },
      ];
      // SQLite sorts half the table for it.
      const negated = { ...where, deletedAt: Not(IsNull()) };
      const slow = { name: "TypeORM alone, find with Not(IsNull())", times: [] as number[] };
      for (let turn = 0; turn < BLOCK; turn++) {
        slow.times.push(
          await time(() => typeorm.find({ withDeleted: true, where: negated, ...page })),
        );
      }
      // The first round warms up and does not count.
      for (let round = 0; round <= ROUNDS * runs; round++) {
        for (const { name, find, times } of rotated(ways, round)) {
          for (let turn = 0; turn < BLOCK; turn++) {
            let rows: unknown[] = [];
            const milliseconds = await time(async () => (rows = await find()));
            if (rows.length !== LIMIT) throw new Error(`${name} finds ${rows.length} rows.`);
            if (round > 0) times.push(milliseconds);
          }
        }
      }
      const [own, found, sql, raw, not] = [...ways, slow].map(({ name, times }) => ({
        name,
        milliseconds: median(times),
      }));
      measurements.push({
        title: `trash, ${LIMIT} of 500,000 deleted rows among 1,000,000${filtered ? ", with a condition" : ""}`,
        ways: [comparedTo(own!, found!, 1.1), found!, comparedTo(sql!, raw!, 1.1), raw!, not!],
      });
    }
    return measurements;
  },
};

/** Every second row deleted, each at a second of its own, in no order of the ids. */
async function fill({ dataSource }: BenchDatabase): Promise<void> {
  const { type } = dataSource.options;
  const postgres = type === "postgres";
  const seconds = "(n.i * 1009) % 1000003";
  const id = postgres
    ? `CAST('01890000-0000-7000-8000-' || lpad(CAST(n.i AS text), 12, '0') AS uuid)`
    : type === "better-sqlite3"
      ? `'01890000-0000-7000-8000-' || printf('%012d', n.i)`
      : `CONCAT('01890000-0000-7000-8000-', LPAD(n.i, 12, '0'))`;
  const at = postgres
    ? `timestamp '2025-01-01' + ${seconds} * interval '1 second'`
    : type === "better-sqlite3"
      ? `strftime('%Y-%m-%d %H:%M:%f', '2025-01-01', (${seconds}) || ' seconds')`
      : `TIMESTAMP('2025-01-01') + INTERVAL ${seconds} SECOND`;
  const topic = postgres
    ? `'topic ' || n.i / 2 % ${TOPICS}`
    : type === "better-sqlite3"
      ? `'topic ' || (n.i / 2 % ${TOPICS})`
      : `CONCAT('topic ', n.i DIV 2 % ${TOPICS})`;
  await dataSource.query(
    `INSERT INTO bench_note (id, text, deleted_at, deletion_id) SELECT n.i, ${topic}, CASE WHEN n.i % 2 = 0 THEN ${at} END, CASE WHEN n.i % 2 = 0 THEN ${id} END FROM ${numbers(ROWS)} n`,
  );
  await tidy(dataSource);
}

/** The database goes by index, and does not sort. */
async function expectIndex(
  { dataSource }: BenchDatabase,
  statement: string,
  parameters: unknown[],
): Promise<void> {
  const explain = dataSource.options.type === "better-sqlite3" ? "EXPLAIN QUERY PLAN" : "EXPLAIN";
  const plan = JSON.stringify(await dataSource.query(`${explain} ${statement}`, parameters));
  const sorts = /TEMP B-TREE|filesort|Sort|Seq Scan/.test(plan);
  if (sorts || !/IDX_/.test(plan)) throw new Error(`The trash is not read by index: ${plan}`);
}
