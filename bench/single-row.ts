import { getSoftDeleteRepository } from "../src";
import { comparedTo, type Benchmark } from "./benchmark";
import { tidy } from "./database";
import { Note } from "./entities";
import { median, rotated, time } from "./measure";
import { seedNotes } from "./seed";

const BLOCK = 50;
const ROUNDS = 8;

/** One row of an entity without relations, again and again, in blocks that take turns. */
export const singleRow: Benchmark = {
  name: "single row",
  async run({ dataSource, plain }, { runs }) {
    const rounds = ROUNDS * runs;
    const ways = [
      {
        name: "package, repository",
        softDelete: bound(getSoftDeleteRepository(dataSource, Note)),
        times: [] as number[],
      },
      {
        name: "TypeORM alone, softDelete(id)",
        softDelete: bound(plain.getRepository(Note)),
        times: [] as number[],
      },
    ];
    await seedNotes(dataSource, (rounds + 1) * ways.length * BLOCK);
    await tidy(dataSource);
    let id = 0;
    for (let round = 0; round <= rounds; round++) {
      for (const way of rotated(ways, round)) {
        for (let count = 0; count < BLOCK; count++) {
          const milliseconds = await time(() => way.softDelete(++id));
          if (round > 0) way.times.push(milliseconds);
        }
      }
    }
    const [own, typeorm] = ways.map(({ name, times }) => ({ name, milliseconds: median(times) }));
    return [
      {
        title: `soft delete, one row without relations (${rounds * BLOCK} times)`,
        ways: [comparedTo(own!, typeorm!, 1.3), typeorm!],
      },
    ];
  },
};

function bound(repository: { softDelete(id: number): Promise<unknown> }) {
  return (id: number): Promise<unknown> => repository.softDelete(id);
}
