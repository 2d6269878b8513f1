import { Column, Entity, PrimaryColumn, type DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver } from "../harness";

class SeatKey {
  @PrimaryColumn()
  line!: number;

  @PrimaryColumn({ type: "varchar", length: 20 })
  letter!: string;
}

@Entity()
class Seat extends SoftDeletable {
  @Column(() => SeatKey)
  key!: SeatKey;
}

@Entity()
class Reading extends SoftDeletable {
  @PrimaryColumn({ precision: 6 })
  at!: Date;
}

@Entity({ orderBy: { name: "ASC" } })
class Sorted extends SoftDeletable {
  @PrimaryColumn()
  id!: number;

  @Column()
  name!: string;
}

function hashed(database: string): new () => SoftDeletable & { id: Buffer } {
  const types = {
    postgres: { type: "bytea" },
    mysql: { type: "binary", length: 16 },
    "better-sqlite3": { type: "blob" },
  } as const;
  @Entity()
  class Hashed extends SoftDeletable {
    @PrimaryColumn(types[database as keyof typeof types])
    id!: Buffer;
  }
  return Hashed;
}

async function deletedKeys(ds: DataSource, target: new () => SoftDeletable): Promise<number> {
  const rows = await ds.manager.find(target, { withDeleted: true });
  return rows.filter((row) => row.deletionId !== null).length;
}

describeEachDriver("keys of objects", (database) => {
  const options = { subscribers: [SoftDeleteSubscriber] };

  it("that are dates within one second tell them apart", async () => {
    const ds = await database.open([Reading], options);
    const [first, second] = await ds.manager.save(
      ["2024-01-01T00:00:00.001Z", "2024-01-01T00:00:00.002Z"].map((at) =>
        ds.manager.create(Reading, { at: new Date(at) }),
      ),
    );
    const readings = getSoftDeleteRepository(ds, Reading);

    await readings.softRemove([first!, second!]);
    await readings.recover(first!);
    await readings.recover([second!]);
    await readings.softDelete(second!.at);
    await readings.softRemove([first!, second!]);
    expect(first!.deletionId).not.toBe(second!.deletionId);

    await readings.recover([first!, second!]);
    await ds.getRepository(Reading).softRemove(first!);
    expect([first!.isDeleted, second!.isDeleted]).toEqual([true, false]);
    expect(first!.deletionId).not.toBeNull();
    expect(await deletedKeys(ds, Reading)).toBe(1);
  });

  it("that are binary tell them apart", async () => {
    const Hashed = hashed(database.name);
    const ds = await database.open([Hashed], options);
    const [first, second] = await ds.manager.save(
      // Not UTF-8: as text they would be the same.
      [0xf1, 0xf2].map((byte) => ds.manager.create(Hashed, { id: Buffer.alloc(16, byte) })),
    );
    const rows = getSoftDeleteRepository(ds, Hashed);

    expect((await rows.softDelete({ id: first!.id })).affected).toBe(1);
    await rows.softRemove([first!, second!]);
    expect(first!.deletionId).not.toBe(second!.deletionId);

    await rows.recover([first!, second!]);
    await ds.getRepository(Hashed).softRemove(second!);
    expect([first!.isDeleted, second!.isDeleted]).toEqual([false, true]);
    expect(second!.deletionId).not.toBeNull();
    expect(await deletedKeys(ds, Hashed)).toBe(1);
  });

  it("that are embedded are kept apart by TypeORM's own calls beside unsettled rows", async () => {
    const ds = await database.open([Seat], options);
    const [first, second] = await ds.manager.save(
      ["a", "b"].map((letter) => ds.manager.create(Seat, { key: { line: 1, letter } })),
    );
    await ds
      .createQueryBuilder()
      .softDelete()
      .from(Seat)
      .where({ key: first!.key })
      .callListeners(false)
      .execute();

    await ds.getRepository(Seat).softDelete({ key: second!.key });

    const seats = await ds.manager.find(Seat, { withDeleted: true, order: { key: { letter: 1 } } });
    expect(seats.map((seat) => [seat.isDeleted, seat.deletionId !== null])).toEqual([
      [true, false],
      [true, true],
    ]);
  });
});

describeEachDriver("an entity with an order of its own", (database) => {
  it("is deleted and restored by id and by conditions", async () => {
    const ds = await database.open([Sorted]);
    await ds.manager.save(Sorted, [
      { id: 1, name: "b" },
      { id: 2, name: "a" },
    ]);
    const rows = getSoftDeleteRepository(ds, Sorted);

    expect((await rows.softDelete(1)).affected).toBe(1);
    expect((await rows.softDelete({ name: "a" })).affected).toBe(1);
    expect((await rows.restore([1, 2])).affected).toBe(2);
  });
});
