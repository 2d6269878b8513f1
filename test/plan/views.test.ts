import {
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  ViewColumn,
  ViewEntity,
  type DataSource,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager } from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, SUBSCRIBED } from "./round-trip";

abstract class Soft extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
class Order extends Soft {}

@ViewEntity({
  expression: (dataSource: DataSource) =>
    dataSource.createQueryBuilder().select("o.id", "id").from(Order, "o"),
})
class Total {
  @ViewColumn() @PrimaryColumn() id!: number;
  @OneToMany(() => Line, (line) => line.total) lines!: Line[];
}

const FREE = { createForeignKeyConstraints: false };

@Entity()
class Line extends Soft {
  @ManyToOne(() => Order) @OnSoftDelete("CASCADE") order!: Order | null;
  @ManyToOne(() => Total, (total) => total.lines, { ...FREE, cascade: true })
  total!: Total | null;
  @OneToOne(() => Total, FREE) @JoinColumn() @OnSoftDelete("KEEP") kept!: Total | null;
  @OneToOne(() => Total, { ...FREE, cascade: ["soft-remove"] }) @JoinColumn() own!: Total | null;
}

@Entity()
class Cascading extends Soft {
  @ManyToOne(() => Total, FREE) @OnSoftDelete("CASCADE") total!: Total | null;
}
@Entity()
class Restricting extends Soft {
  @OneToOne(() => Total, FREE) @JoinColumn() @OnSoftDelete("RESTRICT") total!: Total | null;
}

describeEachDatabase("relations to a view", (database) => {
  it("are left alone by every operation", async () => {
    const dataSource = await database.open([Order, Total, Line], SUBSCRIBED);
    const order = await save(dataSource, Order, { id: 1 });
    await save(dataSource, Line, { id: 1, order, total: { id: 1 }, own: { id: 1 } });

    await expectRoundTrip(dataSource, Order, 1, [Line], [[true], [true]]);
    await expectRoundTrip(dataSource, Line, 1, [Order], [[true], [false]]);
    const manager = new SoftDeleteManager(dataSource);
    expect((await manager.check()).filter(({ severity }) => severity === "error")).toEqual([]);
    expect((await manager.forceDelete(Order, 1)).counts).toEqual({ Order: 1, Line: 1 });
  });

  it("are refused with a policy that would never act", async () => {
    for (const [entity, policy] of [
      [Cascading, "CASCADE"],
      [Restricting, "RESTRICT"],
    ] as const) {
      await expect(database.open([Order, Total, Line, entity], SUBSCRIBED)).rejects.toThrow(
        `${entity.name}.total: @OnSoftDelete("${policy}") acts when a Total is soft-deleted, but Total is a view`,
      );
    }
  });
});
