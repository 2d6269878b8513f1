import { Column, Entity, Index, ManyToOne, PrimaryColumn, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";

/** Partitioned by its year, which has to be a part of its key. */
@Entity()
class Trip extends SoftDeletable {
  @PrimaryColumn("int") id!: number;
  @PrimaryColumn("int") year!: number;
  @Column() name!: string;
}

@Entity()
class Stop extends SoftDeletable {
  @PrimaryColumn("int") id!: number;
  @PrimaryColumn("int") year!: number;
  @Index() @ManyToOne(() => Trip) @OnSoftDelete("CASCADE") trip!: Trip;
}

describeEachDatabase("partitioned tables", (database) => {
  if (database.name !== "postgres") {
    it.skip("are PostgreSQL's here", () => undefined);
    return;
  }
  let dataSource: DataSource;
  let manager: SoftDeleteManager;

  beforeAll(async () => {
    dataSource = await database.open([Trip, Stop], { subscribers: [SoftDeleteSubscriber] });
    manager = new SoftDeleteManager(dataSource);
    for (const table of ["trip", "stop"]) {
      await dataSource.query(`ALTER TABLE "${table}" RENAME TO "plain_${table}"`);
      await dataSource.query(
        `CREATE TABLE "${table}" (LIKE "plain_${table}" INCLUDING ALL) PARTITION BY RANGE ("year")`,
      );
      for (const year of [2024, 2025, 2026]) {
        await dataSource.query(
          `CREATE TABLE "${table}_${String(year)}" PARTITION OF "${table}" FOR VALUES FROM (${String(year)}) TO (${String(year + 1)})`,
        );
      }
    }
    await dataSource.query(`DROP TABLE "plain_stop", "plain_trip"`);
    await dataSource.query(
      `ALTER TABLE "stop" ADD FOREIGN KEY ("tripId", "tripYear") REFERENCES "trip" ("id", "year")`,
    );
    for (const year of [2024, 2025, 2026]) {
      const trip = await dataSource.manager.save(Trip, { id: 1, year, name: "north" });
      await dataSource.manager.save(
        Stop,
        [1, 2].map((id) => ({ id, year, trip })),
      );
    }
  });

  it("are soft-deleted over all partitions, restored exactly, and purged", async () => {
    const trips = getSoftDeleteRepository(dataSource, Trip);
    expect((await trips.previewSoftDelete({ name: "north" })).counts).toEqual({ Trip: 3, Stop: 6 });
    const { deletionId, counts } = await trips.softDelete({ name: "north" });
    expect(counts).toEqual({ Trip: 3, Stop: 6 });
    await trips.restore({ id: 1, year: 2025 });
    expect((await manager.restoreDeletion(deletionId!)).counts).toEqual({ Trip: 2, Stop: 4 });
    expect(await dataSource.manager.count(Stop)).toBe(6);

    await dataSource.manager.softDelete(Trip, { id: 1, year: 2024 });
    expect(await dataSource.manager.count(Stop)).toBe(4);
    expect((await manager.purge({ olderThan: "0s" })).counts).toEqual({ Trip: 1, Stop: 2 });
    expect((await trips.forceDelete({ id: 1, year: 2025 })).affected).toBe(1);
    expect(await dataSource.manager.count(Stop, { withDeleted: true })).toBe(2);
    const errors = (await manager.check()).filter(({ severity }) => severity === "error");
    expect(errors).toEqual([]);
  });

  it("may lose a whole partition of expired rows", async () => {
    const trips = getSoftDeleteRepository(dataSource, Trip);
    const { deletionId } = await trips.softDelete({ year: 2026 });
    await dataSource.query(`ALTER TABLE "stop" DETACH PARTITION "stop_2026"`);
    expect((await manager.restoreDeletion(deletionId!)).counts).toEqual({ Trip: 1 });
  });
});
