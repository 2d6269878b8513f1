import "reflect-metadata";
import { Column, Entity, Index, ManyToOne, PrimaryColumn, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  type SoftDeleteRepository,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, series, statementsOf } from "../harness";

@Entity()
class Album extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
class Track extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() albumId!: number;
  @ManyToOne(() => Album) @OnSoftDelete("CASCADE") album!: Album;
}

@Entity()
class Shelf extends SoftDeletable {
  @PrimaryColumn() room!: number;
  @PrimaryColumn() id!: number;
}

const FEW = 5;
const MANY = 5000;

type Call = (
  albums: SoftDeleteRepository<Album>,
  given: Album[],
  shelves: SoftDeleteRepository<Shelf>,
) => Promise<unknown>;

const CALLS: Record<string, Call> = {
  softRemove: (albums, given) => albums.softRemove(given),
  "softDelete of keys as objects": (albums, given) =>
    albums.softDelete(given.map(({ id }) => ({ id }))),
  "softDelete of composite keys": (_albums, given, shelves) =>
    shelves.softDelete(given.map(({ id }) => ({ room: id % 3, id }))),
  previewSoftDelete: (albums, given) => albums.previewSoftDelete(given.map(({ id }) => id)),
  "forceDelete of keys as objects": (albums, given) =>
    albums.forceDelete(given.map(({ id }) => ({ id }))),
  forceRemove: (albums, given) => albums.forceRemove(given),
};

const AFTER_DELETION: Record<string, Call> = {
  recover: (albums, given) => albums.recover(given),
  "restore of keys as objects": (albums, given) => albums.restore(given.map(({ id }) => ({ id }))),
};

jest.setTimeout(120_000);

describeEachDatabase("the statements of a call with many objects", (database) => {
  let dataSource: DataSource;

  beforeAll(async () => {
    dataSource = await database.open([Album, Track, Shelf], {
      subscribers: [SoftDeleteSubscriber],
    });
  });
  afterAll(() => dataSource.destroy());

  async function count(objects: number, call: Call, deleted: boolean): Promise<number> {
    for (const entity of [Track, Album, Shelf]) {
      await dataSource.createQueryBuilder().delete().from(entity).execute();
    }
    const numbers = series(database.name, objects);
    await dataSource.query(`INSERT INTO album (id) SELECT n FROM ${numbers}`);
    const columns = ["id", "albumId"].map((name) => dataSource.driver.escape(name)).join(", ");
    await dataSource.query(`INSERT INTO track (${columns}) SELECT n, n FROM ${numbers}`);
    await dataSource.query(`INSERT INTO shelf (room, id) SELECT n % 3, n FROM ${numbers}`);
    const albums = getSoftDeleteRepository(dataSource, Album);
    const shelves = getSoftDeleteRepository(dataSource, Shelf);
    const given = await albums.find();
    if (deleted) await albums.softDelete(given.map(({ id }) => id));
    return (await statementsOf(dataSource, () => call(albums, given, shelves))).length;
  }

  it.each(Object.entries(CALLS))("are as many for 5,000 as for 5: %s", async (_, call) => {
    expect(await count(MANY, call, false)).toBe(await count(FEW, call, false));
  });

  it.each(Object.entries(AFTER_DELETION))("are as many for 5,000 as for 5: %s", async (_, call) => {
    expect(await count(MANY, call, true)).toBe(await count(FEW, call, true));
  });
});
