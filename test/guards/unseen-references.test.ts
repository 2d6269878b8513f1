import {
  BaseEntity,
  Column,
  Entity,
  ManyToOne,
  PrimaryGeneratedColumn,
  type DataSource,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";

@Entity("ref_owner")
class Owner extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity("ref_card")
class Card extends BaseEntity {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column({ type: "int", nullable: true }) mappedId!: number | null;
  @ManyToOne(() => Owner, { nullable: true }) @OnSoftDelete("KEEP") mapped!: Owner | null;
  @Column({ type: "int", nullable: true }) plainId!: number | null;
  @ManyToOne(() => Owner, { nullable: true }) @OnSoftDelete("KEEP") plain!: Owner | null;
  @ManyToOne(() => Owner, { nullable: true, eager: true })
  @OnSoftDelete("KEEP")
  eager!: Owner | null;
}

describeEachDatabase("preserveReferences of relations that are read apart", (database) => {
  let dataSource: DataSource;
  let owner: Owner;
  let card: Card;
  beforeAll(async () => {
    dataSource = await database.open([Owner, Card], { subscribers: [SoftDeleteSubscriber] });
    Card.useDataSource(dataSource);
  });
  beforeEach(async () => {
    owner = await dataSource.manager.save(Owner, { name: "owner" });
    card = Card.create({ name: "card", mapped: owner, plain: owner, eager: owner });
    await card.save();
  });
  const hide = (): Promise<unknown> =>
    getSoftDeleteRepository(dataSource, Owner).softDelete(owner.id);

  /** The ids of the owners, hidden ones too. */
  async function stored(): Promise<unknown> {
    const { mapped, plain, eager, name } = await Card.findOneOrFail({
      where: { id: card.id },
      relations: { mapped: true, plain: true, eager: true },
      withDeleted: true,
    });
    return [name, mapped?.id, plain?.id, eager?.id];
  }

  it("holds with relationLoadStrategy: query", async () => {
    await hide();
    const found = await Card.findOneOrFail({
      where: { id: card.id },
      relations: { mapped: true, plain: true },
      relationLoadStrategy: "query",
    });
    expect([found.mapped, found.plain, found.eager]).toEqual([null, null, null]);

    for (const name of ["first", "second"]) {
      await Object.assign(found, { name }).save();
      expect([found.mapped, found.plain, found.eager]).toEqual([null, null, null]);
      expect(await stored()).toEqual([name, owner.id, owner.id, owner.id]);
    }
  });

  for (const hidden of [false, true]) {
    it(`holds with loadRelationIds, the target ${hidden ? "deleted" : "active"}`, async () => {
      if (hidden) await hide();
      const found = await Card.findOneOrFail({ where: { id: card.id }, loadRelationIds: true });
      expect([found.mapped, found.plain, found.eager]).toEqual([owner.id, owner.id, owner.id]);

      await Object.assign(found, { name: "changed" }).save();

      expect([found.mapped, found.plain, found.eager]).toEqual([owner.id, owner.id, owner.id]);
      expect(await stored()).toEqual(["changed", owner.id, owner.id, owner.id]);
    });
  }

  for (const way of ["created", "loaded"]) {
    it(`holds after reload() of an object that was ${way}`, async () => {
      const object = way === "created" ? card : await Card.findOneByOrFail({ id: card.id });
      await hide();
      await object.reload();
      expect(object.eager).toBeNull();

      await Object.assign(object, { name: "changed" }).save();

      expect(await stored()).toEqual(["changed", owner.id, owner.id, owner.id]);
    });
  }

  it("lets the user set a relation to null that was not loaded, or whose deleted target was", async () => {
    const found = await Card.findOneByOrFail({ id: card.id });
    await Object.assign(found, { plain: null, plainId: null }).save();
    expect(await stored()).toEqual(["card", owner.id, undefined, owner.id]);

    await hide();
    const all = await Card.findOneOrFail({
      where: { id: card.id },
      relations: { mapped: true },
      withDeleted: true,
    });
    expect([all.mapped?.id, all.eager?.id]).toEqual([owner.id, owner.id]);
    await Object.assign(all, { eager: null, mapped: null, mappedId: null }).save();

    expect(await stored()).toEqual(["card", undefined, undefined, undefined]);
  });

  it("asks the database nothing more while no foreign key is about to be nulled", async () => {
    const found = await Card.findOneByOrFail({ id: card.id });
    const statements = await statementsOf(dataSource, () =>
      Object.assign(found, { name: "changed" }).save(),
    );
    expect(statements.filter((statement) => statement.includes("hidden"))).toEqual([]);
  });
});
