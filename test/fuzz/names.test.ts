/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import fc from "fast-check";
import { EntitySchema, type DataSource, type ObjectLiteral } from "typeorm";

import {
  getSoftDeleteRepository,
  softDeleteSchema,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, type TestDatabase } from "../harness";
import { hostileNames, runsOf } from "./hostile-strings";

const NOW = new Date("2026-03-01T12:00:00.000Z");
let now = NOW;
const SUBSCRIBED = { subscribers: [SoftDeleteSubscriber.with({ clock: () => now })] };

/** What two tables and the columns of the second, its properties and its entity are called. */
const namings = fc
  .record({
    tables: fc.uniqueArray(hostileNames, {
      minLength: 2,
      maxLength: 2,
      selector: (name) => name.toLowerCase(),
    }),
    columns: fc.uniqueArray(hostileNames, {
      minLength: 6,
      maxLength: 6,
      selector: (name) => name.toLowerCase(),
    }),
  })
  .map(({ tables: [above = "", below = ""], columns }) => ({ above, below, columns }));

/** A tree, with a parent of another entity. */
function schemasOf({
  above,
  below,
  columns,
}: {
  above: string;
  below: string;
  columns: string[];
}): EntitySchema[] {
  const [id = "", text = "", date = "", deletion = "", parent = "", root = ""] = columns;
  const common = {
    id: { name: id, type: "int", primary: true },
    text: { name: text, type: "varchar", length: 20, nullable: true },
    deletedAt: { name: date, type: Date, deleteDate: true, nullable: true },
    deletionId: { name: deletion, type: "uuid", nullable: true },
  } as const;
  const parentOf = (target: string, name: string) =>
    ({
      type: "many-to-one",
      target,
      joinColumn: { name },
      nullable: true,
    }) as const;
  return [
    softDeleteSchema(
      new EntitySchema<ObjectLiteral>({ name: "Above", tableName: above, columns: common }),
    ),
    softDeleteSchema(
      new EntitySchema<ObjectLiteral>({
        name: "Below",
        tableName: below,
        columns: common,
        relations: { parent: parentOf("Below", parent), root: parentOf("Above", root) },
      }),
      { policies: { parent: "CASCADE", root: "CASCADE" } },
    ),
  ];
}

async function fill({ manager }: DataSource): Promise<void> {
  await manager.insert("Above", [{ id: 1, text: "one" }, { id: 2 }]);
  await manager.insert("Below", { id: 1, root: { id: 1 } });
  await manager.insert("Below", { id: 2, parent: { id: 1 }, text: "two" });
  await manager.insert("Below", { id: 3, root: { id: 2 } });
}

/** Whether TypeORM alone can have tables of such names: makes them, reads how they are made, writes, reads and marks rows. */
async function isFor(database: TestDatabase, entities: EntitySchema[]): Promise<boolean> {
  let dataSource: DataSource | undefined;
  try {
    dataSource = await database.open(entities);
    await fill(dataSource);
    await dataSource.synchronize();
    const belows = dataSource.getRepository("Below");
    await belows.softDelete({ id: 3 });
    await belows.update({ id: 1 }, { text: "first" });
    const found = await belows.find({
      where: { root: { text: "one" } },
      relations: { root: true, parent: true },
      order: { text: "ASC" },
    });
    await belows.delete({ id: 2 });
    return found.length === 1 && (await belows.count()) === 1;
  } catch {
    return false;
  } finally {
    await dataSource?.destroy();
  }
}

describeEachDatabase("tables and columns of any name that TypeORM takes", (database) => {
  const usual = { "better-sqlite3": 100, sqljs: 100, postgres: 10, mariadb: 5, mysql: 5 };
  const runs = runsOf(usual[database.server]);

  it(
    "live through the whole life of their rows",
    async () => {
      let lived = 0;
      const property = fc.asyncProperty(namings, async (naming) => {
        const entities = schemasOf(naming);
        if (!(await isFor(database, entities))) return;
        lived += 1;
        const dataSource = await database.open(entities, SUBSCRIBED);
        try {
          await fill(dataSource);
          await live(dataSource);
        } finally {
          await dataSource.destroy();
        }
      });
      await fc.assert(property, runs);
      // The generator makes names that TypeORM takes, whatever the seed.
      expect(lived).toBeGreaterThan(0);
    },
    60_000 + runs.numRuns * 10_000,
  );
});

async function live(dataSource: DataSource): Promise<void> {
  const [aboves, belows] = ["Above", "Below"].map((name) =>
    getSoftDeleteRepository<ObjectLiteral>(dataSource, name),
  ) as [ReturnType<typeof getSoftDeleteRepository>, ReturnType<typeof getSoftDeleteRepository>];
  const manager = new SoftDeleteManager(dataSource);
  const counts = { Above: 1, Below: 2 };
  const ids = async (rows: Promise<ObjectLiteral[]>) =>
    (await rows).map((row) => Number(row["id"]));
  const byId = { order: { id: "ASC" } } as const;
  now = NOW;

  expect((await aboves.previewSoftDelete({ text: "one" })).counts).toEqual(counts);
  const { deletionId } = await aboves.softDelete({ text: "one" });
  expect(await ids(belows.find(byId))).toEqual([3]);
  expect(await ids(belows.onlyDeleted().find(byId))).toEqual([1, 2]);
  const trash = belows.onlyDeleted({ relations: { root: true, parent: true } });
  expect(await trash.find(byId)).toMatchObject([
    { id: 1, root: { text: "one" } },
    { id: 2, parent: { id: 1 } },
  ]);
  expect(await trash.countBy({ root: { text: "one" } })).toBe(1);
  const query = belows.onlyDeleted().createQueryBuilder("b").where("b.text = 'two'");
  expect(await ids(query.orWhere("b.id = 3").getMany())).toEqual([2]);
  expect(Number(await belows.onlyDeleted().maximum("id"))).toBe(2);
  await expect(belows.restore(2)).rejects.toMatchObject({ code: "PARENT_DELETED" });
  expect((await belows.restore(2, { parents: "restore" })).counts).toEqual({ Above: 1, Below: 2 });
  expect((await aboves.softDelete(1)).counts).toEqual(counts);
  await expect(aboves.restoreDeletion(deletionId!)).rejects.toMatchObject({
    code: "DELETION_NOT_FOUND",
  });

  const plain = dataSource.getRepository<ObjectLiteral>("Above");
  await plain.restore({ id: 1 });
  expect(await belows.count()).toBe(3);
  await plain.softDelete({ id: 1 });
  expect(await belows.count()).toBe(1);
  expect((await manager.check()).filter(({ severity }) => severity === "error")).toEqual([]);
  expect((await manager.settle()).total).toBe(0);
  expect((await aboves.onlyDeleted().forceDelete([1, 2])).counts).toEqual(counts);
  await belows.softDelete(3);
  expect((await manager.purge({ olderThan: NOW })).total).toBe(0);
  await aboves.softDelete(2);
  now = new Date(NOW.getTime() + 1000);
  expect((await manager.purge({ olderThan: new Date(NOW.getTime() + 1) })).total).toBe(2);
}
