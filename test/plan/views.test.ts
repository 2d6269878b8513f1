import {
  ChildEntity,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  TableInheritance,
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

@ViewEntity({ expression: "SELECT 1 AS number" })
class Keyless {
  @ViewColumn() number!: number;
}

@Entity()
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Document extends Soft {
  @OneToOne(() => Keyless, FREE) @JoinColumn() one!: unknown;
  @ManyToOne(() => Keyless, FREE) many!: unknown;
}

@ChildEntity()
class Kept extends Document {
  @OneToOne(() => Document, FREE) @JoinColumn() @OnSoftDelete("KEEP") declare one: unknown;
}
@ChildEntity()
class RedeclaringOne extends Document {
  @OneToOne(() => Document, FREE) @JoinColumn() @OnSoftDelete("CASCADE") declare one: unknown;
}
@ChildEntity()
class RedeclaringMany extends Document {
  @ManyToOne(() => Document, FREE) @OnSoftDelete("RESTRICT") declare many: unknown;
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

  it("without a primary key leave a child entity's relation of the same name without columns, and its policy refused", async () => {
    for (const [entity, property, policy] of [
      [RedeclaringOne, "one", "CASCADE"],
      [RedeclaringMany, "many", "RESTRICT"],
    ] as const) {
      const entities = [Keyless, Document, entity];
      await expect(database.open(entities, SUBSCRIBED)).rejects.toThrow(
        `${entity.name}.${property}: @OnSoftDelete("${policy}") would do nothing, TypeORM has made no column for the relation. It ` +
          `shares the columns of Document.${property}, which leads to the view Keyless, and that has no primary key.`,
      );
      // It is so.
      const dataSource = await database.open(entities);
      const metadata = dataSource.getMetadata(entity);
      expect(metadata.findRelationWithPropertyPath(property)?.joinColumns).toEqual([]);
      await dataSource.destroy();
    }
    await (await database.open([Keyless, Document, Kept], SUBSCRIBED)).destroy();
  });
});
