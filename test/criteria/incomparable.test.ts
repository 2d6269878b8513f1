import {
  ArrayContains,
  Between,
  Column,
  Entity,
  EventSubscriber,
  Index,
  ILike,
  In,
  Like,
  ManyToOne,
  MoreThan,
  PrimaryColumn,
  QueryFailedError,
  Raw,
  type ColumnType,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteCriteriaError,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type SoftDeleteEvent,
} from "../../src";
import { describeEachDatabase, type TestDatabase } from "../harness";

/** Values and operators that only the database can judge, and that it refuses, by the type of the column. */
const REFUSED: Readonly<
  Record<TestDatabase["name"], readonly (readonly [type: ColumnType, value: unknown])[]>
> = {
  postgres: [
    ["inet", "no address"],
    ["inet", In(["10.0.0.1", "x"])],
    ["inet", Like("10.%")],
    ["int4range", "x"],
    ["int4range", MoreThan("[")],
    ["interval", "x"],
    ["interval", Between("1 day", "x")],
    ["real", 1e300],
    ["real", "0.".padEnd(200, "0") + "1"],
    ["point", "(1,1)"],
    ["money", true],
    ["tsvector", "'"],
    ["int", Like("1%")],
    ["int", ArrayContains([1])],
    ["int", Raw((column) => `1 / (${column} - ${column}) = 1`)],
    ["uuid", ILike("0%")],
    ["timestamptz", Like("2026%")],
    ["text", Raw((column) => `${column} ~ '('`)],
  ],
  mysql: [
    ["int", Raw((column) => `no_such_function(${column}) = 1`)],
    ["varchar", Raw((column) => `${column} = _latin1'a' COLLATE utf8mb4_bin`)],
  ],
  "better-sqlite3": [
    ["text", Like("a".repeat(60_000))],
    ["text", Raw((column) => `${column} LIKE 'a' ESCAPE 'ab'`)],
    ["integer", Raw((column) => `no_such_function(${column})`)],
  ],
};

describeEachDatabase("criteria that only the database can judge", (database) => {
  const refusal = {
    code: "SOFT_DELETE_CRITERIA",
    cause: expect.any(QueryFailedError) as QueryFailedError,
    message: expect.stringContaining("Judged.value") as string,
  };

  it.each(REFUSED[database.name])(
    "are refused by name, and leave everything as it was: %s %p",
    async (type, value) => {
      @Entity("judged")
      class Judged extends SoftDeletable {
        @PrimaryColumn() id!: number;
        @Column({ type, nullable: true }) value!: unknown;
      }
      @Entity("judged_child")
      class Child extends SoftDeletable {
        @PrimaryColumn() id!: number;
        @Index() @ManyToOne(() => Judged) @OnSoftDelete("CASCADE") judged!: Judged;
      }
      let time = new Date("2020-01-01");
      const dataSource = await database.open([Judged, Child], {
        subscribers: [SoftDeleteSubscriber.with({ clock: () => time })],
      });
      const { manager } = dataSource;
      await manager.insert(Judged, [{ id: 1 }, { id: 2 }, { id: 3 }]);
      const texts = { text: "a", varchar: "a", int: 1, integer: 1 } as Record<string, unknown>;
      await manager.updateAll(Judged, { value: texts[String(type)] ?? null } as never);
      await manager.insert(Child, [
        { id: 1, judged: { id: 1 } },
        { id: 2, judged: { id: 2 } },
      ]);
      await getSoftDeleteRepository(dataSource, Judged).softDelete(2);
      time = new Date();
      const rows = () =>
        Promise.all(
          [Judged, Child].map((entity) =>
            manager.find(entity as typeof Judged, { withDeleted: true, order: { id: "ASC" } }),
          ),
        );
      const before = await rows();
      const where = { value } as never;

      for (const criteria of [where, [where, { id: 3 }], { judged: where }]) {
        const entity = criteria === where || Array.isArray(criteria) ? Judged : Child;
        const repository = getSoftDeleteRepository(dataSource, entity as typeof Judged);
        const purge = { olderThan: "1s", where: criteria as never };
        for (const call of [
          () => repository.softDelete(criteria as never),
          () => repository.previewSoftDelete(criteria as never),
          () => repository.restore(criteria as never),
          () => repository.forceDelete(criteria as never),
          () => repository.purge(purge),
          () => repository.purge({ ...purge, dryRun: true }),
        ]) {
          const path = entity === Judged ? "Judged" : "Child.judged";
          await expect(call()).rejects.toBeInstanceOf(SoftDeleteCriteriaError);
          await expect(call()).rejects.toMatchObject({
            ...refusal,
            message: expect.stringMatching(new RegExp(`${path}(\\[0\\])?\\.value`)) as string,
          });
        }
      }
      expect(await rows()).toEqual(before);

      await manager.transaction(async (inner) => {
        const repository = getSoftDeleteRepository(inner, Judged);
        await repository.softDelete(3);
        await expect(repository.softDelete(where)).rejects.toMatchObject(refusal);
        await expect(repository.previewSoftDelete(where)).rejects.toMatchObject(refusal);
        await expect(repository.restore(where)).rejects.toMatchObject(refusal);
        await expect(
          repository.purge({ olderThan: "1s", where, dryRun: true }),
        ).rejects.toMatchObject(refusal);
        expect(await repository.find({ order: { id: "ASC" } })).toMatchObject([{ id: 1 }]);
      });
      expect(await manager.find(Judged)).toMatchObject([{ id: 1 }]);
    },
  );

  it("are told from statements of a subscriber's own", async () => {
    @Entity("judged")
    class Judged extends SoftDeletable {
      @PrimaryColumn() id!: number;
      @Column({ default: "a" }) value!: string;
    }
    const own: Record<TestDatabase["name"], string> = {
      postgres: "SELECT 1 / 0",
      mysql: "SELECT no_such_function(1)",
      "better-sqlite3": "SELECT no_such_function(1)",
    };
    @EventSubscriber()
    class Failing extends SoftDeleteSubscriber {
      override async afterSoftDelete({ manager }: SoftDeleteEvent): Promise<void> {
        await manager.query(own[database.name]);
      }
    }
    const dataSource = await database.open([Judged], { subscribers: [Failing] });
    await dataSource.manager.insert(Judged, { id: 1 });

    const call = new SoftDeleteManager(dataSource).softDelete(Judged, { value: Like("a%") });

    await expect(call).rejects.toBeInstanceOf(QueryFailedError);
    expect(await dataSource.manager.count(Judged)).toBe(1);
  });
});
