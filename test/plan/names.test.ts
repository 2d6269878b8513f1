import {
  BaseEntity,
  Column,
  DefaultNamingStrategy,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type DataSource,
} from "typeorm";

import { DeletionIdColumn, OnSoftDelete, SoftDeletable, withSoftDelete } from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, SUBSCRIBED } from "./round-trip";

/** Nothing is called what its property is called; much is a reserved word. */
@Entity("group")
class Order extends withSoftDelete(undefined, {
  deletedAt: { name: "when" },
  deletionId: { name: "select" },
}) {
  @PrimaryGeneratedColumn({ name: "key" }) id!: number;
  @Column({ name: "unique", type: "varchar", length: 20, unique: true }) code!: string;
  @OneToMany(() => Line, (line) => line.order) lines!: Line[];
}

@Entity("from")
class Line extends withSoftDelete(undefined, {
  deletedAt: { name: "where" },
  deletionId: { name: "to" },
}) {
  @PrimaryGeneratedColumn({ name: "primary" }) id!: number;
  @ManyToOne(() => Order, (order) => order.lines)
  @JoinColumn({ name: "references", referencedColumnName: "code" })
  @OnSoftDelete("CASCADE")
  order!: Order;
  @ManyToOne(() => Line)
  @JoinColumn({ name: "values" })
  @OnSoftDelete("CASCADE")
  above!: Line | null;
}

@Entity()
class Flat extends SoftDeletable {
  @PrimaryColumn({ type: "varchar", length: 10 }) house!: string;
  @PrimaryColumn() number!: number;
}

@Entity()
class Tenant extends SoftDeletable {
  @PrimaryColumn({ type: "varchar", length: 10 }) houseName!: string;
  @PrimaryColumn() seat!: number;
  @ManyToOne(() => Flat)
  @JoinColumn([
    { name: "flat_no", referencedColumnName: "number" },
    { name: "flat_house", referencedColumnName: "house" },
  ])
  @OnSoftDelete("CASCADE")
  flat!: Flat;
  @ManyToOne(() => Tenant)
  @OnSoftDelete("CASCADE")
  landlord!: Tenant | null;
}

class Audit {
  @DeleteDateColumn() goneAt!: Date | null;
  @DeletionIdColumn({ name: "gone_by" }) goneId!: string | null;
}

@Entity()
class Embedding {
  @PrimaryGeneratedColumn() id!: number;
  @Column(() => Audit) audit!: Audit;
}

@Entity()
class Embedded {
  @PrimaryGeneratedColumn() id!: number;
  @Column(() => Audit, { prefix: "trail" }) audit!: Audit;
  @ManyToOne(() => Embedding) @OnSoftDelete("CASCADE") parent!: Embedding;
}

@Entity()
class Active extends withSoftDelete(BaseEntity, { deletedAt: { name: "removed_on" } }) {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Active, { lazy: true })
  @OnSoftDelete("CASCADE")
  above!: Promise<Active | null>;
  @OneToMany(() => Active, (active) => active.above, { lazy: true })
  below!: Promise<Active[]>;
}

class Shouting extends DefaultNamingStrategy {
  override tableName(name: string, custom?: string): string {
    return `T_${super.tableName(name, custom).toUpperCase()}`;
  }
  override columnName(name: string, custom: string, prefixes: string[]): string {
    return custom || `C_${super.columnName(name, custom, prefixes).toUpperCase()}`;
  }
  override joinColumnName(relation: string, referenced: string): string {
    return `FK ${relation} ${referenced}`;
  }
}

async function orders(dataSource: DataSource): Promise<number> {
  const { manager } = dataSource;
  const [order] = await manager.save(Order, [{ code: "one" }, { code: "two" }]);
  const other = await manager.findOneByOrFail(Order, { code: "two" });
  const line = await manager.save(Line, { order: order as Order });
  await manager.save(Line, { order: other });
  await manager.save(Line, { order: other, above: line });
  return order?.id ?? 0;
}
const AFTER_ORDER = [
  [true, false],
  [true, false, true],
];

describeEachDatabase("names", (database) => {
  it("may be any, reserved words and referenced columns that are no keys included", async () => {
    const dataSource = await database.open([Order, Line], SUBSCRIBED);
    await expectRoundTrip(dataSource, Order, await orders(dataSource), [Line], AFTER_ORDER);
  });

  it("may come from a naming strategy and a prefix", async () => {
    const dataSource = await database.open([Order, Line], {
      ...SUBSCRIBED,
      namingStrategy: new Shouting(),
      entityPrefix: "pre_",
    });
    await expectRoundTrip(dataSource, Order, await orders(dataSource), [Line], AFTER_ORDER);
  });

  it("may be of composite keys", async () => {
    const dataSource = await database.open([Flat, Tenant], SUBSCRIBED);
    const { manager } = dataSource;
    const flats = await manager.save(Flat, [
      { house: "a", number: 1 },
      { house: "a", number: 2 },
      { house: "b", number: 1 },
    ]);
    const tenants = await manager.save(
      Tenant,
      flats.map((flat, seat) => ({ houseName: "x", seat, flat })),
    );
    const [, landlord] = tenants;
    await save(dataSource, Tenant, {
      houseName: "y",
      seat: 0,
      flat: flats[2]!,
      landlord: landlord!,
    });

    await expectRoundTrip(
      dataSource,
      Flat,
      { house: "a", number: 2 },
      [Tenant],
      [
        [false, true, false],
        [false, true, false, true],
      ],
    );
  });

  it("may be of embedded columns", async () => {
    const dataSource = await database.open([Embedding, Embedded], SUBSCRIBED);
    const parent = await save(dataSource, Embedding);
    await save(dataSource, Embedded, { parent });

    await expectRoundTrip(dataSource, Embedding, parent.id, [Embedded], [[true], [true]]);
  });

  it("may be of lazy relations", async () => {
    const dataSource = await database.open([Active], SUBSCRIBED);
    const top = await save(dataSource, Active);
    const below = dataSource.manager.create(Active, {});
    below.above = Promise.resolve(top);
    await dataSource.manager.save(below);

    await expectRoundTrip(dataSource, Active, top.id, [], [[true, true]]);

    const loaded = await dataSource.manager.findOneByOrFail(Active, { id: top.id });
    const [child] = await loaded.below;
    await loaded.softRemove();
    expect([loaded.isDeleted, child?.isDeleted]).toEqual([true, true]);
  });

  if (database.name === "better-sqlite3") return;
  it("may be qualified by a schema or a database", async () => {
    const elsewhere = `tsd_elsewhere_${process.env["JEST_WORKER_ID"] ?? ""}_${String(process.pid)}`;
    const place = database.name === "postgres" ? { schema: elsewhere } : { database: elsewhere };

    @Entity({ ...place, name: "far" })
    class Far extends SoftDeletable {
      @PrimaryGeneratedColumn() id!: number;
    }
    @Entity({ name: "near" })
    class Near extends SoftDeletable {
      @PrimaryGeneratedColumn() id!: number;
      @ManyToOne(() => Far) @OnSoftDelete("CASCADE") far!: Far;
      @ManyToOne(() => Near) @OnSoftDelete("CASCADE") above!: Near | null;
    }

    const kind = database.name === "postgres" ? "SCHEMA" : "DATABASE";
    const dataSource = await database.open([Far, Near], { ...SUBSCRIBED, synchronize: false });
    try {
      await dataSource.query(`CREATE ${kind} ${elsewhere}`);
      await dataSource.synchronize();
      const far = await save(dataSource, Far);
      const near = await save(dataSource, Near, { far });
      await save(dataSource, Near, { above: near });

      await expectRoundTrip(dataSource, Far, far.id, [Near], [[true], [true, true]]);
    } finally {
      const cascade = database.name === "postgres" ? " CASCADE" : "";
      if (database.name === "mysql") await dataSource.query("DROP TABLE IF EXISTS near");
      await dataSource.query(`DROP ${kind} IF EXISTS ${elsewhere}${cascade}`);
    }
  });
});
