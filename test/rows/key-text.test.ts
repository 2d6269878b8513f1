import { Column, Entity, PrimaryColumn } from "typeorm";

import { keyText, keyTextOf, keyTextOfObject } from "../../src/rows/key-text";
import { describeEachDatabase } from "../harness";

class Place {
  @Column({ primary: true }) row!: number;
}

@Entity("shown")
class Shown {
  @PrimaryColumn({ precision: 3 }) at!: Date;
  @PrimaryColumn() hall!: string;
  @Column(() => Place) place!: Place;
}

describe("keyText", () => {
  it("tells keys apart that differ by a millisecond, a byte, or where one value ends", () => {
    const keys: unknown[][] = [
      [new Date(0)],
      [new Date(1)],
      [Buffer.from([1, 2])],
      [Buffer.from([1, 3])],
      ["a", "b,c"],
      ["a,b", "c"],
    ];

    expect(new Set(keys.map(keyText)).size).toBe(keys.length);
  });

  it("is the same for a number and for the text in which some drivers give it", () => {
    expect(keyText([1, "2"])).toBe(keyText(["1", 2n]));
  });
});

describeEachDatabase("keyTextOfObject", (database) => {
  it("is the same for an object, its key as an object, and the loaded row", async () => {
    const dataSource = await database.open([Shown]);
    const { manager } = dataSource;
    const { primaryColumns } = dataSource.getMetadata(Shown);
    const at = new Date("2026-01-02T03:04:05.678Z");
    const show = await manager.save(manager.create(Shown, { at, hall: "a", place: { row: 7 } }));
    const loaded = await manager.findOneByOrFail(Shown, { hall: "a" });
    const pairs = primaryColumns.map((column) => [column, column.getEntityValue(show)] as const);

    const texts = [show, loaded, { at, hall: "a", "place.row": 7 }].map((object) =>
      keyTextOfObject(dataSource, primaryColumns, object),
    );

    expect(new Set([...texts, keyTextOf(dataSource, pairs)]).size).toBe(1);
  });
});
