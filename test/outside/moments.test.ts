import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
  type ColumnOptions,
  type DataSource,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeleteSubscriber,
  withSoftDelete,
} from "../../src";
import { describeEachDatabase, type DatabaseName } from "../harness";

interface Kind {
  readonly name: string;
  readonly column: ColumnOptions;
  /** What makes of a year that the column's type cannot hold an error of the database, which has written nothing. */
  readonly narrow?: boolean;
}

const KINDS: Record<DatabaseName, readonly Kind[]> = {
  "better-sqlite3": [{ name: "datetime", column: {} }],
  postgres: [
    { name: "timestamp(0)", column: { precision: 0 } },
    { name: "timestamp(3)", column: { precision: 3 } },
    { name: "timestamp(6)", column: { precision: 6 } },
    { name: "timestamptz(0)", column: { type: "timestamptz", precision: 0 } },
    { name: "timestamptz", column: { type: "timestamptz" } },
  ],
  mysql: [
    { name: "datetime(0)", column: { precision: 0 } },
    { name: "datetime", column: { precision: null } },
    { name: "datetime(3)", column: { precision: 3 } },
    { name: "datetime(6)", column: { precision: 6 } },
    { name: "timestamp(0)", column: { type: "timestamp", precision: 0 }, narrow: true },
    { name: "timestamp(3)", column: { type: "timestamp", precision: 3 }, narrow: true },
  ],
};

function entitiesOf({ column }: Kind) {
  @Entity("parent")
  class Parent extends withSoftDelete(undefined, { deletedAt: column }) {
    @PrimaryGeneratedColumn() id!: number;
    @Column() name!: string;
  }

  @Entity("child")
  class Child extends withSoftDelete(undefined, { deletedAt: column }) {
    @PrimaryGeneratedColumn() id!: number;
    @Column() name!: string;
    @Index() @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent;
  }

  return { Parent, Child };
}

const DATES: Record<string, Date> = {
  "with milliseconds": new Date("2024-02-03T04:05:06.789Z"),
  "at the end of a second": new Date("2024-02-03T04:05:06.999Z"),
  "before 1970": new Date("1950-02-03T04:05:06.789Z"),
  "far in the future": new Date("9998-02-03T04:05:06.789Z"),
};

describeEachDatabase("moments", (database) => {
  for (const kind of KINDS[database.name]) {
    describe(kind.name, () => {
      const { Parent, Child } = entitiesOf(kind);
      let dataSource: DataSource;
      beforeAll(async () => {
        dataSource = await database.open([Parent, Child], { subscribers: [SoftDeleteSubscriber] });
      });
      afterAll(() => dataSource.destroy());
      beforeEach(async () => {
        await dataSource.manager.deleteAll(Child);
        await dataSource.manager.deleteAll(Parent);
      });

      async function family(): Promise<number> {
        const [parent, other] = await dataSource.manager.save(Parent, [
          { name: "a" },
          { name: "b" },
        ]);
        await dataSource.manager.save(Child, [
          { name: "a1", parent: parent! },
          { name: "b1", parent: other! },
        ]);
        return parent!.id;
      }

      /** Names by deletion. Throws for a row that breaks the pairing. */
      async function deleted(): Promise<string[][]> {
        const groups = new Map<string, string[]>();
        const times = new Map<string, number | undefined>();
        for (const entity of [Parent, Child]) {
          for (const row of await dataSource.manager.find(entity, { withDeleted: true })) {
            const { name, deletedAt, deletionId } = row;
            expect([name, deletedAt === null]).toEqual([name, deletionId === null]);
            if (!deletionId) continue;
            groups.set(deletionId, [...(groups.get(deletionId) ?? []), name]);
            expect(times.get(deletionId) ?? deletedAt?.getTime()).toBe(deletedAt?.getTime());
            times.set(deletionId, deletedAt?.getTime());
          }
        }
        return [...groups.values()].sort((a, b) => String(a).localeCompare(String(b)));
      }

      const ways: Record<string, (id: number, deletedAt: Date) => Promise<unknown>> = {
        "save()": (id, deletedAt) => dataSource.manager.save(Parent, { id, deletedAt }),
        "update()": (id, deletedAt) => dataSource.manager.update(Parent, { id }, { deletedAt }),
      };
      for (const [when, deletedAt] of Object.entries(DATES)) {
        const refused = kind.narrow === true && /1970|future/.test(when);
        for (const [way, write] of Object.entries(ways)) {
          it(`${refused ? "refuses" : "keeps"} a date ${when} that ${way} sets`, async () => {
            const id = await family();

            if (refused) {
              await expect(write(id, deletedAt)).rejects.toThrow(/Incorrect datetime value/);
              expect(await deleted()).toEqual([]);
              return;
            }
            await write(id, deletedAt);

            expect(await deleted()).toEqual([["a", "a1"]]);
            const { deletedAt: stored } = await dataSource.manager.findOneOrFail(Parent, {
              where: { id },
              withDeleted: true,
            });
            expect(Math.abs(Number(stored?.getTime()) - deletedAt.getTime())).toBeLessThan(1000);
            await dataSource.getRepository(Parent).restore(id);
            expect(await deleted()).toEqual([]);
          });
        }

        if (refused) continue;
        it(`keeps a date ${when} that a row is inserted with`, async () => {
          const parents = getSoftDeleteRepository(dataSource, Parent);

          await parents.insert({ name: "a", deletedAt });
          await dataSource
            .createQueryBuilder()
            .insert()
            .into(Parent, ["name", "deletedAt"])
            .values([{ name: "b", deletedAt }])
            .execute();

          expect(await deleted()).toEqual([["a"], ["b"]]);
          await parents.restore({ name: "b" });
          expect(await deleted()).toEqual([["a"]]);
        });
      }
    });
  }
});
