import "reflect-metadata";
import {
  Column,
  Entity,
  PrimaryColumn,
  type DataSource,
  type ObjectLiteral,
  type Repository,
} from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Big extends SoftDeletable {
  @PrimaryColumn({ type: "bigint" }) id!: string;
}

@Entity()
class Text extends SoftDeletable {
  @PrimaryColumn({ type: "varchar", length: 100 }) id!: string;
}

@Entity()
class Uuid extends SoftDeletable {
  @PrimaryColumn({ type: "uuid" }) id!: string;
}

@Entity()
class Amount extends SoftDeletable {
  @PrimaryColumn({ type: "decimal", precision: 20, scale: 4 }) id!: string;
}

@Entity()
class Moment extends SoftDeletable {
  @PrimaryColumn({ type: Date, precision: 6 }) id!: Date;
}

@Entity()
class Pair extends SoftDeletable {
  @PrimaryColumn() tenant!: number;
  @PrimaryColumn({ type: "varchar", length: 50 }) code!: string;
  @Column({ default: 0 }) weight!: number;
}

@Entity()
class Dated extends SoftDeletable {
  @PrimaryColumn({ type: Date, precision: 6 }) day!: Date;
  @PrimaryColumn({ type: "uuid" }) id!: string;
}

@Entity()
class Snowflake extends SoftDeletable {
  @PrimaryColumn() tenant!: number;
  @PrimaryColumn({ type: "bigint" }) id!: string;
}

@Entity()
class LongAmount extends SoftDeletable {
  @PrimaryColumn({ type: "decimal", precision: 30, scale: 10 }) id!: string;
}

const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const moment = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, n, (n * 7) % 1000));

// Just up to what better-sqlite3 reads as a number without rounding it.
const BIG = 9_007_199_254_700_001n;

const AWKWARD = [
  "'",
  '"',
  "\\",
  "a'b\"c\\d",
  "?",
  ":id",
  "$1",
  "%_",
  "{}",
  "[1]",
  "null",
  "é",
  "日本",
  "007",
  " x",
];

/** The primary key of row `n`, by entity. Between two keys of one entity there is nothing that equals both. */
const KEYS: readonly [entity: new () => SoftDeletable, key: (n: number) => ObjectLiteral][] = [
  [Big, (n) => ({ id: String(BIG + BigInt(n)) })],
  [Text, (n) => ({ id: AWKWARD[n] ?? `row ${String(n)}` })],
  [Uuid, (n) => ({ id: uuid(n) })],
  [Amount, (n) => ({ id: `${String(n)}.0625` })],
  [Moment, (n) => ({ id: moment(n) })],
  [Pair, (n) => ({ tenant: n % 7, code: `${AWKWARD[n % AWKWARD.length] ?? ""} ${String(n)}` })],
  [Dated, (n) => ({ day: moment(n % 3), id: uuid(n) })],
];

/** With more digits than a floating-point number has, which better-sqlite3 makes of them. */
const LONG: typeof KEYS = [
  [Snowflake, (n) => ({ tenant: 1, id: String(1_800_000_000_000_000_000n + BigInt(n)) })],
  [LongAmount, (n) => ({ id: `12345678901234567890.${String(n).padStart(10, "0")}` })],
];

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** In parts that a statement of TypeORM's holds on SQLite. */
async function insert(repository: Repository<ObjectLiteral>, rows: ObjectLiteral[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 200) await repository.insert(rows.slice(at, at + 200));
}

describeEachDatabase("rows named by their primary keys", (database) => {
  let dataSource: DataSource;
  const keysHere = database.name === "better-sqlite3" ? KEYS : [...KEYS, ...LONG];

  beforeAll(async () => {
    dataSource = await database.open(
      keysHere.map(([entity]) => entity),
      { subscribers: [SoftDeleteSubscriber] },
    );
  });
  afterAll(() => dataSource.destroy());

  describe.each(keysHere.map(([entity, key]) => [entity.name, entity, key] as const))(
    "%s",
    (_, entity, key) => {
      // Just around where the form of the statement changes.
      it.each([1, 2, 499, 500, 1001])("finds %i rows, and no other", async (count) => {
        const repository = getSoftDeleteRepository(dataSource, entity);
        await repository.withDeleted().createQueryBuilder().delete().execute();
        await insert(repository, range(count + 5).map(key));
        const keys = range(count).map(key);

        const { affected, deletionId } = await repository.softDelete(keys);
        expect(affected).toBe(count);
        expect(await repository.count()).toBe(5);

        expect((await repository.restore(keys)).affected).toBe(count);
        expect(deletionId).not.toBeNull();
        expect(await repository.count()).toBe(count + 5);
        // By objects TypeORM itself sends a statement for each row.
        const rows = await repository.find({ take: 5 });
        expect((await repository.softRemove(rows)).every((row) => row.isDeleted)).toBe(true);
        await repository.softDelete(keys);
        expect((await repository.onlyDeleted().forceDelete(keys)).affected).toBe(count);
        expect(await repository.withDeleted().count()).toBe(5);
      });

      it("counts a key that is named twice once, and one that nobody has not", async () => {
        const repository = getSoftDeleteRepository(dataSource, entity);
        await repository.withDeleted().createQueryBuilder().delete().execute();
        await insert(repository, range(3).map(key));

        const { affected } = await repository.softDelete([key(0), key(1), key(0), key(9)]);

        expect(affected).toBe(2);
      });
    },
  );
});
