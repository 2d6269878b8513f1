import fc from "fast-check";
import { getMetadataArgsStorage, type EntitySchema } from "typeorm";

import { SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, type TestDatabase } from "../harness";
import { isTrueOf } from "./random-metadata/claims";
import { decorated } from "./random-metadata/decorators";
import { models, type Model } from "./random-metadata/model";
import { schemas } from "./random-metadata/schemas";

// The suite runs the same models each time; other seeds look for more.
const SEED = process.env["FUZZ_SEED"] ?? "1";

function entitiesOf(model: Model): (EntitySchema | (() => unknown))[] {
  return model.schemas ? schemas(model) : (decorated(model) as unknown as (() => unknown)[]);
}

/** TypeORM's decorators note what they are given for good: forgets what was noted meanwhile. */
async function forgetting<Result>(work: () => Promise<Result>): Promise<Result> {
  const storage = getMetadataArgsStorage() as unknown as Record<string, unknown[]>;
  const lists = Object.values(storage).filter(Array.isArray);
  const lengths = lists.map((list) => list.length);
  try {
    return await work();
  } finally {
    lists.forEach((list, index) => {
      list.length = lengths[index] ?? 0;
    });
  }
}

/** What keeps a data source from starting, if anything does. */
async function failure(
  database: TestDatabase,
  entities: ReturnType<typeof entitiesOf>,
  subscribers: (typeof SoftDeleteSubscriber)[],
): Promise<Error | undefined> {
  try {
    await (await database.open(entities, { subscribers })).destroy();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describeEachDatabase("random metadata", (database) => {
  // A server takes its time to make tables anew.
  const usual = { "better-sqlite3": 300, sqljs: 300, postgres: 20, mariadb: 10, mysql: 10 };
  const runs = Number(process.env["FUZZ_RUNS"] ?? usual[database.server]);

  it(
    "starts with the subscriber as without it, or is refused with something true",
    async () => {
      const seen = { started: 0, refused: 0, broken: 0 };
      const property = fc.asyncProperty(models, (model) =>
        forgetting(async () => {
          const entities = entitiesOf(model);
          const refusal = await failure(database, entities, [SoftDeleteSubscriber]);
          if (!refusal) {
            seen.started += 1;
            return;
          }
          if (await failure(database, entities, [])) {
            seen.broken += 1;
            return;
          }
          seen.refused += 1;
          expect(refusal).toMatchObject({ code: "SOFT_DELETE_CONFIGURATION" });
          expect([refusal.message, isTrueOf(model, refusal.message)]).toEqual([
            refusal.message,
            true,
          ]);
        }),
      );
      await fc.assert(property, {
        numRuns: runs,
        seed: Number(SEED),
      });
      // Not a property over nothing.
      if (runs < 100) return;
      expect(seen.started).toBeGreaterThan(0);
      expect(seen.refused).toBeGreaterThan(0);
    },
    60_000 + runs * 1000,
  );
});
