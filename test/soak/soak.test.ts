import { isAskedFor, isThere } from "../faults/databases";
import { soak } from "./soak";

/** Each case takes seconds: a file and a server are enough to see whether the runner works. */
const DATABASES = ["sqlite-wal", "postgres"] as const;

for (const database of DATABASES.filter(isAskedFor)) {
  const describeThere = isThere(database) ? describe : describe.skip;
  const short = { database, callers: 1, seed: 1, by: "own" } as const;

  describeThere(`npm run soak on ${database}`, () => {
    it("finds nothing where processes call the package", async () => {
      const result = await soak({ ...short, milliseconds: 2_000 });

      expect(result.wrong).toEqual([]);
      expect(result.looks).toBeGreaterThan(2);
      expect(Object.keys(result.resolved)).toEqual(
        expect.arrayContaining(["own", "own, on rows of its own"]),
      );
    });

    it("finds a broken law, and calls that are undone after they have resolved", async () => {
      const result = await soak({
        ...short,
        milliseconds: 2_000,
        async meanwhile(query) {
          await query(`UPDATE "tag" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "id" = 5`);
          // Rows of one caller each, which nobody else touches.
          await query(
            `UPDATE "item" SET "deletedAt" = NULL, "deletionId" = NULL WHERE "id" >= 1000000`,
          );
        },
      });

      expect(result.wrong).toContain("pairing of tag broken in 1 rows in the end");
      expect(result.wrong.join("\n")).toMatch(/caller \d+: \[.*\] is \[/);
    });
  });
}
