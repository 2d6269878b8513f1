import {
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  EntitySchema,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
  type DataSource,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  softDeleteSchema,
  softDeleteSchemaColumns,
  withSoftDelete,
} from "../../src";
import { describeEachDriver } from "../harness";

/** Nothing is called what its property is called, and all are reserved words. */
@Entity("group")
class Order extends withSoftDelete(undefined, {
  deletedAt: { name: "when" },
  deletionId: { name: "select" },
}) {
  @PrimaryColumn({ name: "key", type: "bigint" }) id!: string;
  @Column({ name: "unique", type: "varchar", length: 20, unique: true }) code!: string;
  @OneToMany(() => Line, (line) => line.order) lines!: Line[];
}

@Entity("from")
class Line extends withSoftDelete(undefined, {
  deletedAt: { name: "Where" },
  deletionId: { name: "To" },
}) {
  @PrimaryGeneratedColumn({ name: "primary" }) id!: number;
  @ManyToOne(() => Order, (order) => order.lines)
  @JoinColumn({ name: "references", referencedColumnName: "code" })
  @OnSoftDelete("CASCADE")
  order!: Order | null;
}

class Audit {
  @DeleteDateColumn() goneAt!: Date | null;
  @DeletionIdColumn({ name: "gone_by" }) goneId!: string | null;
}

class Links {
  @ManyToOne(() => Branch, (branch) => branch.links.twigs)
  @OnSoftDelete("CASCADE")
  above!: Branch | null;
  @OneToMany(() => Branch, (branch) => branch.links.above) twigs!: Branch[];
}

@Entity()
class Branch {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column(() => Audit) audit!: Audit;
  @Column(() => Links) links!: Links;
}

@Entity()
class Chain extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Chain, (chain) => chain.below, { lazy: true })
  @OnSoftDelete("CASCADE")
  above!: Promise<Chain | null>;
  @OneToMany(() => Chain, (chain) => chain.above, { lazy: true })
  below!: Promise<Chain[]>;
}

@Entity()
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Medium extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}
@ChildEntity()
class Film extends Medium {
  @Column({ nullable: true, type: "varchar" }) title!: string | null;
  @ManyToOne(() => Film) @OnSoftDelete("CASCADE") sequelOf!: Film | null;
}

interface Card {
  id: number;
  deletedAt: Date | null;
  deletionId: string | null;
  above: Card | null;
}
const CardSchema = softDeleteSchema(
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as TypeORM's users write it
  new EntitySchema<Card>({
    name: "Card",
    columns: { id: { type: Number, primary: true }, ...softDeleteSchemaColumns },
    relations: { above: { type: "many-to-one", target: "Card" } },
  }),
  { policies: { above: "CASCADE" } },
);

describeEachDriver("relations in scopes", (database) => {
  const softDeletes = getSoftDeleteRepository;

  it("may have any names and refer to columns that are no keys", async () => {
    const dataSource = await database.open([Order, Line], { entityPrefix: "odd_" });
    const [order] = await dataSource.manager.save(Order, [
      { id: "90071992547401", code: "one" },
      { id: "90071992547402", code: "two" },
    ]);
    await dataSource.manager.save(Line, [{ order: order as Order }, { order: order as Order }]);
    const lines = softDeletes(dataSource, Line);
    await lines.softDelete(1);
    await softDeletes(dataSource, Order).softDelete({ code: "one" });
    await lines.restore(1, { parents: "hand-over" });

    const [trash] = await softDeletes(dataSource, Order)
      .onlyDeleted({ relations: { lines: true } })
      .find();
    expect([String(trash?.id), trash?.lines.length]).toEqual(["90071992547401", 2]);
    const found = await lines
      .onlyDeleted()
      .withDeleted({ relations: { order: true } })
      .find({ where: { order: { code: "one" } }, order: { id: "ASC" } });
    expect(found.map((line) => line.order?.code)).toEqual(["one", "one"]);
  });

  it("may be embedded, with embedded columns", async () => {
    const dataSource = await database.open([Branch]);
    const stem = await dataSource.manager.save(Branch, { name: "stem" });
    await dataSource.manager.save(Branch, { name: "early", links: { above: stem } });
    await dataSource.manager.save(Branch, { name: "late", links: { above: stem } });
    const branches = softDeletes(dataSource, Branch);
    await branches.softDelete({ name: "early" });
    await branches.softDelete(stem.id);

    const named = { relations: { links: { twigs: true } } } as const;
    const [trash] = await branches.onlyDeleted(named).findBy({ name: "stem" });
    expect(trash?.links.twigs.map(({ name }) => name)).toEqual(["late"]);
    const [all] = await branches
      .onlyDeleted()
      .withDeleted(named)
      .find({ where: { name: "stem" }, order: { links: { twigs: { name: "DESC" } } } });
    expect(all?.links.twigs.map(({ name }) => name)).toEqual(["late", "early"]);
    expect(await branches.onlyDeleted(named).countBy({ links: { twigs: { name: "late" } } })).toBe(
      1,
    );
    expect(await branches.onlyDeleted(named).countBy({ links: { twigs: { name: "early" } } })).toBe(
      0,
    );
  });

  it("may be lazy", async () => {
    const dataSource = await database.open([Chain]);
    const chains = softDeletes(dataSource, Chain);
    const top = await chains.save(chains.create());
    const child = chains.create();
    child.above = Promise.resolve(top);
    await chains.save(child);
    await chains.softDelete(top.id);

    const [parent] = await chains
      .onlyDeleted({ relations: { below: true } })
      .findBy({ id: top.id });
    expect((await parent?.below)?.map(({ id }) => id)).toEqual([child.id]);
    const [loaded] = await chains
      .onlyDeleted()
      .withDeleted({ relations: { above: true } })
      .findBy({ id: child.id });
    expect((await loaded?.above)?.id).toBe(top.id);
  });

  it("may be of an entity that shares its table, and of an EntitySchema", async () => {
    const dataSource = await database.open([Medium, Film, CardSchema]);
    const first = await dataSource.manager.save(Film, { title: "first" });
    await dataSource.manager.save(Film, { title: "second", sequelOf: first });
    const films = softDeletes(dataSource, Film);
    await films.softDelete(first.id);
    const sequels = await films
      .onlyDeleted({ relations: { sequelOf: true } })
      .find({ order: { id: "ASC" } });
    expect(sequels.map(({ sequelOf }) => sequelOf?.title)).toEqual([undefined, "first"]);

    const cards = softDeletes<Card>(dataSource, CardSchema);
    await cards.save([{ id: 1 }, { id: 2, above: { id: 1 } }]);
    await dataSource.createQueryBuilder().softDelete().from("Card").where({ id: 1 }).execute();
    const [card] = await cards.withDeleted({ relations: { above: true } }).find();
    expect([card?.id, card?.above?.id]).toEqual([2, 1]);
  });

  if (database.name === "better-sqlite3") return;
  it("may lead into another schema or database", async () => {
    const elsewhere = `tsd_far_${process.env["JEST_WORKER_ID"] ?? ""}_${String(process.pid)}`;
    const place = database.name === "postgres" ? { schema: elsewhere } : { database: elsewhere };

    @Entity({ ...place, name: "far" })
    class Far extends SoftDeletable {
      @PrimaryGeneratedColumn() id!: number;
    }
    @Entity()
    class Near extends SoftDeletable {
      @PrimaryGeneratedColumn() id!: number;
      @ManyToOne(() => Far) far!: Far | null;
      @ManyToMany(() => Far) @JoinTable() others!: Far[];
    }

    const kind = database.name === "postgres" ? "SCHEMA" : "DATABASE";
    const dataSource: DataSource = await database.open([Far, Near], { synchronize: false });
    try {
      await dataSource.query(`CREATE ${kind} ${elsewhere}`);
      await dataSource.synchronize();
      const far = await dataSource.manager.save(dataSource.manager.create(Far));
      await dataSource.manager.save(Near, { far, others: [far] });
      await softDeletes(dataSource, Far).softDelete(far.id);

      const nears = softDeletes(dataSource, Near);
      const [near] = await nears.withDeleted({ relations: { far: true, others: true } }).find();
      expect([near?.far?.id, near?.others.length]).toEqual([far.id, 1]);
      const [filtered] = await nears
        .withDeleted({ relations: {} })
        .find({ relations: { far: true, others: true } });
      expect([filtered?.far, filtered?.others]).toEqual([null, []]);
    } finally {
      if (database.name === "mysql") {
        await dataSource.query("DROP TABLE IF EXISTS near_others_far, near");
      }
      await dataSource.query(
        `DROP ${kind} IF EXISTS ${elsewhere}${database.name === "postgres" ? " CASCADE" : ""}`,
      );
    }
  });
});
