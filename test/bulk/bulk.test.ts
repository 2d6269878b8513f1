import { Column, Entity, PrimaryColumn, type DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, series } from "../harness";

@Entity()
class Numbered extends SoftDeletable {
  @PrimaryColumn()
  id!: number;
}

@Entity()
class Unique extends SoftDeletable {
  @PrimaryColumn({ type: "uuid" })
  id!: string;
}

@Entity()
class Pair extends SoftDeletable {
  @PrimaryColumn()
  left!: number;

  @PrimaryColumn()
  right!: number;

  @Column({ default: 0 })
  weight!: number;
}

const ROWS = 100_000;

jest.setTimeout(240_000);

describeEachDatabase("100,000 ids in one call", (database) => {
  const open = (): Promise<DataSource> =>
    database.open([Numbered, Unique, Pair], { subscribers: [SoftDeleteSubscriber] });

  /** One row for each number from 1 on, by one statement. */
  async function fill(
    ds: DataSource,
    table: string,
    columns: string,
    values: string,
  ): Promise<void> {
    await ds.query(
      `INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${series(database.name, ROWS)}`,
    );
  }

  const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const numbers = Array.from({ length: ROWS }, (_, n) => n + 1);

  it("numbers, are one deletion, undone by its id", async () => {
    const ds = await open();
    await fill(ds, "numbered", "id", "n");
    const repository = getSoftDeleteRepository(ds, Numbered);
    const { affected, deletionId } = await repository.softDelete(numbers);
    expect(affected).toBe(ROWS);
    expect(await repository.count()).toBe(0);
    expect(await repository.onlyDeleted().countBy({ deletionId: deletionId! })).toBe(ROWS);
    expect(await repository.restoreDeletion(deletionId!)).toMatchObject({
      affected: ROWS,
      total: ROWS,
    });
  });

  it("UUIDs, are deleted and restored by their ids", async () => {
    const ds = await open();
    const text =
      database.name === "mysql"
        ? "LPAD(n, 12, '0')"
        : database.name === "postgres"
          ? "lpad(n::text, 12, '0')"
          : "substr('000000000000' || n, -12)";
    const value =
      database.name === "mysql"
        ? `CONCAT('00000000-0000-7000-8000-', ${text})`
        : `'00000000-0000-7000-8000-' || ${text}`;
    await fill(
      ds,
      ds.driver.escape("unique"),
      "id",
      database.name === "postgres" ? `CAST(${value} AS uuid)` : value,
    );
    const repository = getSoftDeleteRepository(ds, Unique);
    const ids = numbers.map(uuid);
    expect(await repository.softDelete(ids)).toMatchObject({ affected: ROWS });
    expect(await repository.restore(ids)).toMatchObject({ affected: ROWS, total: ROWS });
    expect(await repository.count()).toBe(ROWS);
  });

  it("composite, mixed with other criteria, are one deletion", async () => {
    const ds = await open();
    const [left, right] = [ds.driver.escape("left"), ds.driver.escape("right")];
    await fill(ds, "pair", `${left}, ${right}`, "n, n + 1");
    const repository = getSoftDeleteRepository(ds, Pair);
    const ids = numbers.map((n) => ({ left: n, right: n + 1 }));
    const { affected, deletionId } = await repository.softDelete([...ids, { weight: 7 }]);
    expect(affected).toBe(ROWS);
    expect(await repository.restoreDeletion(deletionId!)).toMatchObject({ total: ROWS });
  });

  it("are removed for good, and only the rows they name", async () => {
    const ds = await open();
    await fill(ds, "numbered", "id", "n");
    const repository = getSoftDeleteRepository(ds, Numbered);
    expect(await repository.forceDelete(numbers.slice(1))).toMatchObject({ affected: ROWS - 1 });
    expect(await repository.find()).toMatchObject([{ id: 1 }]);
  });
});
