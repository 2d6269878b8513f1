import { soak } from "./soak";

const SHORT = { database: "sqlite-wal", callers: 2, seed: 1, by: "own" } as const;

describe("npm run soak", () => {
  it("finds nothing where processes call the package alone", async () => {
    const result = await soak({ ...SHORT, milliseconds: 3_000 });

    expect(result.wrong).toEqual([]);
    expect(result.looks).toBeGreaterThan(2);
    expect(Object.keys(result.resolved)).toEqual(
      expect.arrayContaining(["own", "own, on rows of its own"]),
    );
  });

  it("finds the laws broken by somebody else", async () => {
    const result = await soak({
      ...SHORT,
      milliseconds: 1_000,
      meanwhile: (query) =>
        query(`UPDATE "tag" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "id" = 5`),
    });

    expect(result.wrong).toContain("pairing of tag broken in 1 rows in the end");
  });

  it("finds calls undone that have resolved", async () => {
    const result = await soak({
      ...SHORT,
      milliseconds: 4_000,
      // The rows of a caller, which nobody else should touch.
      async meanwhile(query) {
        for (let times = 0; times < 40; times++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          await query(
            `UPDATE "item" SET "deletedAt" = NULL, "deletionId" = NULL WHERE "id" >= 1000000`,
          );
        }
      },
    });

    expect(result.wrong.join("\n")).toMatch(/caller \d+: \[.*\] is \[/);
  });
});
