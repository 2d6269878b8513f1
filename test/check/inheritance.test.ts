import "reflect-metadata";
import {
  ChildEntity,
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { findings } from "./found";

@Entity()
class Home extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Animal extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@ChildEntity()
class Dog extends Animal {
  @Column({ unique: true }) chip!: string;
  @ManyToOne(() => Home, { onDelete: "CASCADE" })
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  home!: Home | null;
}

describeEachDatabase("check() of single-table inheritance", (database) => {
  it("counts and names what a child entity declares under the entity at the top of the table", async () => {
    const dataSource = await database.open([Home, Animal, Dog], {
      subscribers: [SoftDeleteSubscriber],
    });
    await dataSource.getRepository(Dog).insert({ id: 1, chip: "a", home: null });
    const [animal, at] = ["animal", "deletedAt"].map((name) => dataSource.driver.escape(name));
    await dataSource.query(`UPDATE ${animal} SET ${at} = '2020-02-02 10:00:00'`);
    const all = await findings(dataSource, "timestamp-without-time-zone");
    expect(all.map(({ code, entity, count }) => [code, entity, count])).toEqual([
      ["deleted-without-deletion-id", "Animal", 1],
      ["unique-key-ignores-deletion", "Animal", undefined],
      ...(database.name === "mysql" ? [] : [["foreign-key-without-index", "Animal", undefined]]),
      ["database-cascade", "Animal", undefined],
    ]);
    const settled = await new SoftDeleteManager(dataSource).settle(Dog);
    expect(settled.counts).toEqual({ Animal: 1 });
  });
});
