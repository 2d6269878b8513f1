import { randomUUID } from "node:crypto";

import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable, SoftDeleteManager } from "../../src";
import { describeEachDatabase } from "../harness";
import { describeLawOnce } from "../laws/world";
import { left, NOW, numbered } from "../purge/world";

@Entity()
class Album extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

/** The database refuses at once. */
@Entity()
class Sale extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() albumId!: number;
  @ManyToOne(() => Album, { onDelete: "RESTRICT" }) @JoinColumn() album!: Album;
}

/** The database takes it along. */
@Entity()
class Track extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() albumId!: number;
  @ManyToOne(() => Album, { onDelete: "CASCADE" })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  album!: Album;
}

/** The database takes it along with that. */
@Entity()
class Review extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() trackId!: number;
  @ManyToOne(() => Track, { onDelete: "CASCADE" })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  track!: Track;
}

/** The database takes it along; it cannot be soft-deleted. */
@Entity()
class Sleeve {
  @PrimaryColumn() id!: number;
  @Column() albumId!: number;
  @ManyToOne(() => Album, { onDelete: "CASCADE" }) @JoinColumn() album!: Album;
}

/** The database takes it along with its master, of a key of two columns; and it goes along with its album. */
@Entity()
class Tape extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @PrimaryColumn() side!: number;
  @Column({ type: "int", nullable: true }) albumId!: number | null;
  @Column({ type: "int", nullable: true }) masterId!: number | null;
  @Column({ type: "int", nullable: true }) masterSide!: number | null;
  @ManyToOne(() => Album) @JoinColumn() @OnSoftDelete("CASCADE") album!: Album | null;
  @ManyToOne(() => Tape, { onDelete: "CASCADE" })
  @JoinColumn([
    { name: "masterId", referencedColumnName: "id" },
    { name: "masterSide", referencedColumnName: "side" },
  ])
  master!: Tape | null;
}

describeLawOnce(
  "forceDelete, beside the database's own ON DELETE",
  [Album, Sale, Track, Review, Sleeve, Tape],
  (world) => {
    beforeEach(async () => {
      world.time = NOW;
      await world.insert(
        Album,
        numbered(3, () => ({})),
      );
    });

    it("RESTRICT, is refused with the relation and the rows", async () => {
      await world.insert(Sale, [{ id: 1, albumId: 2 }]);
      await expect(world.softDeletes.forceDelete(Album, [1, 2])).rejects.toMatchObject({
        code: "STILL_REFERENCED",
        relation: "Sale.album",
        count: 1,
        sampleIds: [{ id: 1 }],
      });
      expect(await left(world, Album)).toEqual([1, 2, 3]);
    });

    it("RESTRICT, is refused for more conditions than one statement holds as well", async () => {
      await world.insert(Sale, [{ id: 1, albumId: 2 }]);
      const criteria = Array.from({ length: 500 }, (_, index) => ({ id: index + 1 }));
      await expect(
        world.softDeletes.forceDelete(Album, [...criteria, { deletionId: randomUUID() }]),
      ).rejects.toMatchObject({ code: "STILL_REFERENCED", relation: "Sale.album", count: 1 });
      expect(await left(world, Album)).toEqual([1, 2, 3]);
    });

    describe("CASCADE, of deleted rows alone", () => {
      const trash = () => getSoftDeleteRepository(world.dataSource, Album).onlyDeleted();

      it("is refused where an active row would go along", async () => {
        await world.insert(Track, [{ id: 1, albumId: 1 }]);
        await world.softDeletes.softDelete(Album, [1, 2]);
        await expect(trash().forceDelete([1, 2])).rejects.toMatchObject({
          code: "STILL_REFERENCED",
          relation: "Track.album",
          count: 1,
        });
        expect(await left(world, Track)).toEqual([1]);
        expect((await trash().forceDelete(2)).affected).toBe(1);
      });

      it("is refused where an active row would go along with a deleted one", async () => {
        await world.insert(Track, [{ id: 1, albumId: 1 }]);
        await world.insert(Review, [{ id: 1, trackId: 1 }]);
        await world.softDeletes.softDelete(Track, 1);
        await world.softDeletes.softDelete(Album, 1);
        await expect(trash().forceDelete(1)).rejects.toMatchObject({ code: "STILL_REFERENCED" });
        expect(await left(world, Review)).toEqual([1]);
      });

      it("is refused where a row that cannot be soft-deleted would go along", async () => {
        await world.insert(Sleeve, [{ id: 1, albumId: 1 }]);
        await world.softDeletes.softDelete(Album, [1, 2]);
        const album = await trash().findOneByOrFail({ id: 1 });
        await expect(trash().forceRemove(album)).rejects.toMatchObject({
          code: "STILL_REFERENCED",
          relation: "Sleeve.album",
        });
        expect(await left(world, Sleeve)).toEqual([1]);
      });

      it("is refused where an active row would go along with one below a matched row", async () => {
        await world.insert(Tape, [{ id: 1, side: 1, albumId: 1 }]);
        await world.insert(Tape, [{ id: 2, side: 1, masterId: 1, masterSide: 1 }]);
        await world.softDeletes.softDelete(Album, 1);
        await expect(trash().forceDelete({ id: 1 })).rejects.toMatchObject({
          code: "STILL_REFERENCED",
          relation: "Tape.master",
          sampleIds: [{ id: 2, side: 1 }],
        });
        await expect(
          getSoftDeleteRepository(world.dataSource, Tape).onlyDeleted().forceDelete({ side: 1 }),
        ).rejects.toMatchObject({ code: "STILL_REFERENCED", relation: "Tape.master" });
        expect(await world.dataSource.manager.count(Tape)).toBe(1);
      });

      it("is none of this package's business where the caller asked for any row", async () => {
        await world.insert(Track, [{ id: 1, albumId: 1 }]);
        expect((await world.softDeletes.forceDelete(Album, 1)).affected).toBe(1);
        expect(await left(world, Track)).toEqual([]);
      });
    });
  },
);

describeEachDatabase("forceDelete that a trigger of the user's refuses", (database) => {
  it("rejects with what the trigger said", async () => {
    if (database.name !== "better-sqlite3") return;
    const ds = await database.open([Album]);
    await ds.manager.insert(Album, { id: 1 });
    await ds.query(
      "CREATE TRIGGER hold BEFORE DELETE ON album BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    );
    await expect(new SoftDeleteManager(ds).forceDelete(Album, 1)).rejects.toThrow("not this one");
    expect(await ds.manager.count(Album)).toBe(1);
  });
});
