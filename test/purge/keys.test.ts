import {
  Column,
  Entity,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type PrimaryColumnOptions,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { newDeletionId } from "../../src/rows/deletion-id";
import { describeEachDatabase, statementsOf, type DatabaseName } from "../harness";
import { World } from "../laws/world";
import { NOW, OLD } from "./world";

const options = { subscribers: [SoftDeleteSubscriber.with({ clock: () => NOW })] };
const ONE = newDeletionId(OLD);
const ROWS = 25;

/** A kind of primary key: its columns, and one key after the other in no order. */
interface Kind {
  readonly columns: Readonly<Record<string, PrimaryColumnOptions>>;
  readonly key: (index: number) => Readonly<Record<string, unknown>>;
}

const shuffled = (index: number): number => (index * 11) % 97;
const hex = (index: number): string => shuffled(index).toString(16).padStart(2, "0");

// By their order in the index these are b, c, a.
const ENUM: Kind = {
  columns: { kind: { type: "enum", enum: ["b", "c", "a"] }, number: { type: "int" } },
  key: (index) => ({ kind: "abc"[index % 3], number: shuffled(index) }),
};

function kindsOn(database: DatabaseName): Record<string, Kind> {
  const on = <Value>(sqlite: Value, postgres: Value, mysql: Value): Value =>
    ({ "better-sqlite3": sqlite, postgres, mysql })[database];
  const key = (options: PrimaryColumnOptions): Kind["columns"] => ({ id: options });
  return {
    bigint: {
      columns: key({ type: "bigint" }),
      key: (index) => ({ id: `90071992547${String(shuffled(index)).padStart(5, "0")}` }),
    },
    uuid: {
      columns: key(on({ type: "varchar" }, { type: "uuid" }, { type: "varchar", length: 36 })),
      key: (index) => ({ id: `${hex(index)}3f29c8-6a51-4d0e-8a55-0e2d4c6b8a10` }),
    },
    "text in mixed case": {
      columns: key({ type: "varchar", length: 30 }),
      key: (index) => ({
        id: index % 2 === 0 ? `k${hex(index)}é` : `K${hex(index).toUpperCase()}'`,
      }),
    },
    "a moment": {
      columns: key(
        on<PrimaryColumnOptions>(
          { type: "datetime" },
          { type: "timestamp", precision: 6 },
          { type: "datetime", precision: 6 },
        ),
      ),
      key: (index) => ({ id: new Date(OLD.getTime() + shuffled(index) * 37) }),
    },
    binary: {
      columns: key(
        on<PrimaryColumnOptions>(
          { type: "blob" },
          { type: "bytea" },
          { type: "varbinary", length: 16 },
        ),
      ),
      key: (index) => ({ id: Buffer.alloc(16, shuffled(index) + 100) }),
    },
    ...(database === "mysql" ? { "an enum": ENUM } : {}),
    "several columns": {
      columns: { tenant: { type: "varchar", length: 20 }, number: { type: "int" } },
      key: (index) => ({ tenant: `t${String(shuffled(index) % 3)}`, number: shuffled(index) }),
    },
  };
}

function entities({ columns }: Kind) {
  @Entity("keyed")
  class Keyed extends SoftDeletable {}
  for (const [property, column] of Object.entries(columns)) {
    PrimaryColumn(column)(Keyed.prototype, property);
  }

  @Entity("referring")
  class Referring extends SoftDeletable {
    @PrimaryGeneratedColumn() id!: number;
    @Column({ default: "" }) text!: string;
    @ManyToOne(() => Keyed) @OnSoftDelete("CASCADE") keyed!: object;
  }

  return { Keyed, Referring };
}

// A bigint is text, or on SQLite a number.
const comparable = (value: unknown): unknown => (typeof value === "number" ? String(value) : value);

describeEachDatabase("purge by keys of other kinds", (database) => {
  const kinds = Object.entries(kindsOn(database.name));
  const keys = ({ key }: Kind) => Array.from({ length: ROWS }, (_, index) => key(index));

  it.each(kinds)("takes rows that nothing refers to: %s", async (_, kind) => {
    const { Keyed } = entities(kind);
    const world = new World(database.name);
    world.dataSource = await database.open([Keyed], options);
    // All at one moment: the place in the table is told by the keys.
    await world.insert(
      Keyed,
      keys(kind).map((one) => ({ ...one, deletedAt: OLD, deletionId: ONE })),
    );
    const totals: number[] = [];
    const statements = await statementsOf(world.dataSource, () =>
      new SoftDeleteManager(world.dataSource).purge({
        olderThan: "30d",
        batchSize: 10,
        onProgress: ({ total }) => void totals.push(total),
      }),
    );
    expect(totals.at(-1)).toBe(ROWS);
    const sizes = totals.map((total, index) => total - (totals[index - 1] ?? 0));
    expect(Math.max(...sizes)).toBe(10);
    expect(statements.filter((text) => /\bDELETE\b/.test(text))).toHaveLength(sizes.length);
    expect(await world.rows(Keyed)).toEqual([]);
  });

  it.each(kinds)("keeps rows that something refers to: %s", async (_, kind) => {
    const { Keyed, Referring } = entities(kind);
    const world = new World(database.name);
    world.dataSource = await database.open([Keyed, Referring], options);
    await world.insert(
      Keyed,
      keys(kind).map((one) => ({ ...one, deletedAt: OLD, deletionId: ONE })),
    );
    // Every fifth row is referred to: by a row that goes first, or by one that stays.
    const referred = keys(kind).filter((_, index) => index % 5 === 0);
    const stays = referred.map((_, index) => index % 2 === 0);
    await world.insert(
      Referring,
      referred.map((one, index) => ({
        keyed: one,
        ...(stays[index] ? {} : { deletedAt: OLD, deletionId: ONE }),
      })),
    );
    const manager = new SoftDeleteManager(world.dataSource);
    const expected = {
      counts: { Keyed: ROWS - 3, Referring: 2 },
      blocked: [{ relation: "Referring.keyed", count: 3 }],
      failures: [],
    };
    expect(await manager.purge({ olderThan: "30d", dryRun: true })).toMatchObject(expected);
    expect(await manager.purge({ olderThan: "30d", batchSize: 10 })).toMatchObject(expected);
    const { primaryColumns } = world.dataSource.getMetadata(Keyed);
    const left = (await world.rows(Keyed)).map((row) =>
      Object.fromEntries(
        primaryColumns.map((column) => [
          column.propertyName,
          comparable(column.getEntityValue(row)),
        ]),
      ),
    );
    const kept = referred
      .filter((_, index) => stays[index])
      .map((one) =>
        Object.fromEntries(Object.entries(one).map(([name, value]) => [name, comparable(value)])),
      );
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining(kept));
  });
});
