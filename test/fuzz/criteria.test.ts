import fc from "fast-check";
import { In, Not, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteCriteriaError,
  SoftDeleteSubscriber,
  type SoftDeleteRepository,
} from "../../src";
import { CLUB, clubRows, Member, Note, saveClub } from "../criteria/club";
import { describeEachDriver, type TestDatabase } from "../harness";
import { spoilt, understandable } from "./criteria/generate";
import { shapesOf } from "./criteria/shapes";
import { meets, NotUnderstood, type Entity } from "./criteria/truth";

// The suite looks at the same criteria each time; other seeds look for more.
const SEED = process.env["FUZZ_SEED"] ?? "1";

type Row = Readonly<{ id: number }>;

/** What criteria name, by the predicate; undefined where it does not understand them. */
function expected(entity: Entity, rows: readonly Row[], criteria: unknown): number[] | undefined {
  const list = Array.isArray(criteria) ? (criteria as unknown[]) : [criteria];
  try {
    const tests = list.map((item) => {
      const where = typeof item === "object" && item !== null ? item : { id: key(item) };
      meets(entity, null, where);
      return (row: Row) => meets(entity, row, where) === true;
    });
    return rows.filter((row) => tests.some((test) => test(row))).map(({ id }) => id);
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

function key(item: unknown): unknown {
  if (item === null || item === undefined || item === "") throw new NotUnderstood("empty");
  return item;
}

/** Takes the rows, looks which they are, and gives them back. */
async function taken(
  repository: SoftDeleteRepository<Member | Note>,
  criteria: unknown,
): Promise<number[]> {
  const preview = await repository.previewSoftDelete(criteria as never);
  const { deletionId, affected } = await repository.softDelete(criteria as never);
  const rows = deletionId
    ? await repository.onlyDeleted().find({ where: { deletionId }, order: { id: "ASC" } })
    : [];
  expect([preview.total, affected]).toEqual([rows.length, rows.length]);
  if (!deletionId) return [];
  await repository.restoreDeletion(deletionId);
  return rows.map(({ id }) => id);
}

describeEachDriver("fuzzed criteria", (database: TestDatabase) => {
  const all = clubRows();
  // A server takes longer over each statement.
  const usual = database.name === "better-sqlite3" ? 150 : 50;
  const numRuns = Number(process.env["FUZZ_RUNS"] ?? usual);
  const { member, note } = shapesOf(database.name === "better-sqlite3" ? 64n : 32n);
  const shapes = [
    [Member, member, all.members],
    [Note, note, all.notes],
  ] as const;
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await database.open(CLUB, { subscribers: [SoftDeleteSubscriber] });
    await saveClub(dataSource, all);
  });

  it.each([
    ["that mean something name exactly the rows that they mean", understandable],
    ["with anything in them are refused, or name exactly the rows that they mean", spoilt],
  ] as const)(
    "%s",
    async (_title, generate) => {
      const seen = { named: 0, refused: 0 };
      for (const [type, entity, rows] of shapes) {
        const repository = getSoftDeleteRepository<Member | Note>(dataSource, type);
        const property = fc.asyncProperty(generate(entity), async (criteria) => {
          const ids = expected(entity, rows, criteria);
          if (ids) {
            expect(await taken(repository, criteria)).toEqual(ids);
            if (ids.length > 0) seen.named += 1;
            return;
          }
          seen.refused += 1;
          await expect(repository.softDelete(criteria as never)).rejects.toThrow(
            SoftDeleteCriteriaError,
          );
          await expect(repository.forceDelete(criteria as never)).rejects.toThrow(
            SoftDeleteCriteriaError,
          );
          await expect(repository.restore(criteria as never)).rejects.toThrow(
            SoftDeleteCriteriaError,
          );
        });
        await fc.assert(property, { numRuns, seed: Number(SEED) });
      }
      // Each generator makes what it is for, whatever the seed.
      const wanted = generate === spoilt ? seen.refused : seen.named;
      expect(wanted).toBeGreaterThan(0);
    },
    60_000 + numRuns * 1000,
  );

  describe.each([0, 1, 200, 201, 1_000, 1_001, 10_001, 30_001, 65_536])("of %i keys", (size) => {
    const keys = Array.from({ length: size }, (_, index) => index * 2 + 1);
    const named = all.members.filter(({ id }) => keys.includes(id)).map(({ id }) => id);
    const others = all.members.filter(({ id }) => !keys.includes(id)).map(({ id }) => id);
    const members = () => getSoftDeleteRepository<Member | Note>(dataSource, Member);

    it("name their rows as ids, as objects with the id, and in an operator", async () => {
      expect(await taken(members(), keys)).toEqual(named);
      expect(
        await taken(
          members(),
          keys.map((id) => ({ id })),
        ),
      ).toEqual(named);
      expect(await taken(members(), { id: In(keys) })).toEqual(named);
      if (size > 0) expect(await taken(members(), { id: Not(In(keys)) })).toEqual(others);
    });

    it("name their rows as where objects, as far as a test has the time", async () => {
      if (size > 1_001) return;
      const wheres = keys.map((id) => ({ id, name: Not("nobody") }));
      expect(await taken(members(), wheres)).toEqual(named);
    });
  });
});
