import "reflect-metadata";
import {
  Entity,
  EventSubscriber,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
} from "typeorm";

import { SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { findings, found } from "./found";

@Entity()
class Tag extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @ManyToMany(() => Plain, (plain) => plain.tags) plains!: unknown[];
}

@Entity()
class Plain {
  @PrimaryColumn() id!: number;
  @ManyToMany(() => Tag, (tag) => tag.plains) @JoinTable() tags!: Tag[];
}

@Entity()
class Owner {
  @PrimaryColumn() id!: number;
  @OneToMany(() => Owned, (owned) => owned.owner) owned!: unknown[];
}

@Entity()
class Owned extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => Owner, (owner) => owner.owned, { onDelete: "CASCADE" })
  @JoinColumn()
  owner!: Owner;
  @ManyToOne(() => Owner, { onDelete: "SET NULL" }) lender!: Owner | null;
  @ManyToOne(() => Owner, { onDelete: "RESTRICT" }) maker!: Owner;
}

/** Its rows can only be deleted for good. */
@Entity()
class Hard {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Tag, { onDelete: "CASCADE" }) tag!: Tag;
}

class Undecorated extends SoftDeleteSubscriber {}

@EventSubscriber()
class Decorated extends SoftDeleteSubscriber {}

describeEachDatabase("check() of the set-up", (database) => {
  const TIMESTAMP = "timestamp-without-time-zone";

  it.each([
    ["with the subscriber", [SoftDeleteSubscriber], []],
    ["with a configured subscriber", [SoftDeleteSubscriber.with({ actor: () => "ann" })], []],
    ["with a decorated subclass", [Decorated], []],
    ["without a subscriber", [], ["subscriber-missing *"]],
    ["with a subclass that TypeORM ignores", [Undecorated], ["subscriber-ignored *"]],
  ])("%s finds what is to be found", async (_, subscribers, expected) => {
    const dataSource = await database.open([Plain, Tag], { subscribers });
    const codes = await found(dataSource, TIMESTAMP, "many-to-many-drops-deleted");
    expect(codes).toEqual(expected);
  });

  it("finds the database's own cascades out of soft-deletable entities", async () => {
    const dataSource = await database.open([Owner, Owned, Tag, Plain, Hard], {
      subscribers: [SoftDeleteSubscriber],
    });
    const all = await findings(dataSource, TIMESTAMP, "many-to-many-drops-deleted");
    expect(
      all.map(({ code, severity, message }) => [code, severity, message.split(":")[0]]),
    ).toEqual(
      expect.arrayContaining([
        ["database-cascade", "warning", "Owned.owner"],
        ["database-set-null", "warning", "Owned.lender"],
      ]),
    );
    expect(all).toHaveLength(2);
  });

  it("finds many-to-many relations into soft-deletable entities", async () => {
    const dataSource = await database.open([Tag, Plain], { subscribers: [SoftDeleteSubscriber] });
    const all = await findings(dataSource, TIMESTAMP);
    expect(all.map(({ code, message }) => [code, message.split(":")[0]])).toEqual([
      ["many-to-many-drops-deleted", "Plain.tags"],
    ]);
  });

  it("loses the junction row that it warns of", async () => {
    const dataSource = await database.open([Tag, Plain], { subscribers: [SoftDeleteSubscriber] });
    const plains = dataSource.getRepository(Plain);
    const tag = await dataSource.getRepository(Tag).save({ id: 1 });
    await plains.save({ id: 1, tags: [tag] });
    await dataSource.getRepository(Tag).softDelete(1);
    await plains.save(await plains.findOneOrFail({ where: { id: 1 }, relations: { tags: true } }));
    await dataSource.getRepository(Tag).restore(1);
    const [after] = await plains.find({ relations: { tags: true } });
    expect(after?.tags).toEqual([]);
  });

  it("finds delete dates that the driver writes in the time zone of its process", async () => {
    const dataSource = await database.open([Tag, Plain], {
      subscribers: [SoftDeleteSubscriber],
      ...(database.name === "mysql" ? { timezone: "local" } : {}),
    });
    const codes = await found(dataSource, "many-to-many-drops-deleted");
    const warned = database.name !== "better-sqlite3";
    expect(codes).toEqual(warned ? ["timestamp-without-time-zone Tag"] : []);
  });

  it("finds delete dates without a time zone where the database has both", async () => {
    const dataSource = await database.open([Tag, Plain], { subscribers: [SoftDeleteSubscriber] });
    const codes = await found(dataSource, "many-to-many-drops-deleted");
    expect(codes).toEqual(database.name === "postgres" ? ["timestamp-without-time-zone Tag"] : []);
  });
});
