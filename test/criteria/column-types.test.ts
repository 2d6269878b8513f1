import {
  Column,
  Entity,
  IsNull,
  JoinColumn,
  ManyToOne,
  Not,
  PrimaryColumn,
  type ColumnType,
  type DataSource,
  type FindOptionsWhere,
} from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeletable,
  SoftDeleteCriteriaError,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, type TestDatabase } from "../harness";

class PairKey {
  @PrimaryColumn() left!: number;
  @PrimaryColumn() right!: number;
}

@Entity("type_keyed")
class Keyed extends SoftDeletable {
  @Column(() => PairKey) key!: PairKey;
}

@Entity("type_pair")
class Pair extends SoftDeletable {
  @PrimaryColumn() left!: number;
  @PrimaryColumn() right!: number;
}

@Entity("type_member")
class Half extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => Pair, { nullable: true })
  @JoinColumn([
    { name: "pairLeft", referencedColumnName: "left" },
    { name: "pairRight", referencedColumnName: "right" },
  ])
  pair!: Pair | null;
}

/** Of types that a database has beside others: a value that a row holds, and others that no column of it can. */
const TYPES: Readonly<
  Record<TestDatabase["name"], readonly [type: ColumnType, held: unknown, unfit: unknown[]][]>
> = {
  "better-sqlite3": [["date", "2026-01-31", ["x", "2026-01-31T00:00:00Z", 1]]],
  postgres: [
    ["date", "2026-01-31", ["x", "2026-01-31T00:00:00Z", "0000-01-01", 1]],
    ["uuid", "01a1ff52-1b73-7ff9-b4dd-884068f2df0e", ["x", 1, true]],
    ["smallint", 7, ["x", 40_000, 1.5]],
  ],
  mysql: [
    ["date", "2026-01-31", ["x", "2026-01-31T00:00:00Z", 1]],
    ["bit", true, ["x", 2, "1"]],
    ["year", 2026, ["x", 0, {}]],
  ],
};

describeEachDatabase("criteria by the type of a column", (database) => {
  it.each(TYPES[database.name])(
    "hold what a column of type %s can hold",
    async (type, held, unfit) => {
      @Entity("typed")
      class Typed extends SoftDeletable {
        @PrimaryColumn() id!: number;
        @Column({ type, nullable: true }) value!: unknown;
      }
      const dataSource = await database.open([Typed], { subscribers: [SoftDeleteSubscriber] });
      const repository = getSoftDeleteRepository(dataSource, Typed);
      await dataSource.manager.insert(Typed, [{ id: 1, value: held as never }, { id: 2 }]);
      const where = (value: unknown) => ({ value }) as FindOptionsWhere<Typed>;

      expect((await repository.previewSoftDelete(where(held))).total).toBe(1);
      for (const value of unfit) {
        const call = repository.forceDelete(where(value));
        await expect(call).rejects.toThrow(SoftDeleteCriteriaError);
      }
      expect((await repository.softDelete(where(held))).affected).toBe(1);
    },
  );

  it("hold for keys of several columns, embedded and referred to", async () => {
    const dataSource: DataSource = await database.open([Keyed, Pair, Half], {
      subscribers: [SoftDeleteSubscriber],
    });
    const key = Object.assign(new PairKey(), { left: 1, right: 1 });
    await dataSource.manager.insert(Keyed, [{ key }, { key: { left: 2, right: 1 } }]);
    await dataSource.manager.insert(Pair, { left: 1, right: 1 });
    const halves = getSoftDeleteRepository(dataSource, Half);
    await halves.save([
      { id: 1, pair: { left: 1, right: 1 } },
      { id: 2, pair: null },
    ]);
    const keyed = getSoftDeleteRepository(dataSource, Keyed);
    const count = async (where: FindOptionsWhere<Half>) =>
      (await halves.previewSoftDelete(where)).total;

    expect((await keyed.previewSoftDelete({ key })).total).toBe(1);
    expect(await count({ pair: IsNull() })).toBe(1);
    expect(await count({ pair: Not(IsNull()) })).toBe(1);
    expect(await count({ pair: { left: 1 } })).toBe(1);
  });
});
