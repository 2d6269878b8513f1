import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

import { getSoftDeleteRepository, SoftDeletable } from "../../src";
import { describeEachDriver } from "../harness";

class Size {
  @Column({ name: "how wide", default: 0 }) width!: number;
}

@Entity()
class Crate extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ name: "order", default: 0 }) weight!: number;
  @Column(() => Size) size!: Size;
}

describeEachDriver("aggregates in a scope", (database) => {
  it("go by properties, embedded ones and renamed ones too", async () => {
    const dataSource = await database.open([Crate]);
    const crates = getSoftDeleteRepository(dataSource, Crate);
    await crates.save([
      { weight: 1, size: { width: 10 } },
      { weight: 2, size: { width: 20 } },
    ]);
    await crates.softDelete(1);

    const width = "size.width" as never;
    for (const [scope, weight, wide] of [
      [crates, 2, 20],
      [crates.onlyDeleted(), 1, 10],
      [crates.withDeleted(), 3, 30],
      [crates.withDeleted({ relations: {} }), 2, 20],
    ] as const) {
      expect([await scope.sum("weight"), await scope.sum(width)]).toEqual([weight, wide]);
      await expect(scope.sum("order" as never)).rejects.toThrow('"order" was not found');
    }
    const query = crates.onlyDeleted().createQueryBuilder('my "crates" `c`');
    expect(await query.getMany()).toMatchObject([{ id: 1, size: { width: 10 } }]);
  });
});
