/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import {
  BaseEntity,
  Column,
  DeleteDateColumn,
  Entity,
  EntitySchema,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  OnSoftDelete,
  softDeleteSchema,
  softDeleteSchemaColumns,
  withSoftDelete,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, states, SUBSCRIBED } from "./round-trip";

interface Row {
  id: number;
  deletedAt: Date | null;
  deletionId: string | null;
}
interface PlankRow extends Row {
  ship: Row | null;
}

const Ship = softDeleteSchema(
  new EntitySchema<Row>({
    name: "Ship",
    columns: {
      id: { type: Number, primary: true, generated: "increment" },
      ...softDeleteSchemaColumns,
    },
  }),
);

const Plank = softDeleteSchema(
  new EntitySchema<PlankRow>({
    name: "Plank",
    columns: {
      id: { type: Number, primary: true, generated: "increment" },
      ...softDeleteSchemaColumns,
    },
    relations: { ship: { type: "many-to-one", target: "Ship" } },
  }),
  { policies: { ship: "CASCADE" } },
);

class Mast {
  id!: number;
  removedAt!: Date | null;
  removal!: string | null;
  ship!: Row | null;
}
const MastSchema = softDeleteSchema(
  new EntitySchema<Mast>({
    name: "Mast",
    target: Mast,
    columns: {
      id: { type: Number, primary: true, generated: "increment" },
      removedAt: { type: Date, deleteDate: true, nullable: true },
      removal: { type: "uuid", nullable: true },
    },
    relations: { ship: { type: "many-to-one", target: "Ship" } },
  }),
  { deletionId: "removal", policies: { ship: "CASCADE" } },
);

@Entity()
@Index(["removal"])
class Own {
  @PrimaryGeneratedColumn() id!: number;
  @DeleteDateColumn({ name: "removed" }) removedAt!: Date | null;
  @DeletionIdColumn({ select: false }) removal!: string | null;
}

abstract class Titled extends BaseEntity {
  @Column({ default: "untitled" }) title!: string;
}

describeEachDatabase("declarations", (database) => {
  it("may be an EntitySchema, with or without a class", async () => {
    const dataSource = await database.open([Ship, Plank, MastSchema], SUBSCRIBED);
    const ship = await save(dataSource, Ship);
    await save(dataSource, Ship);
    await save(dataSource, Plank, { ship });
    await save(dataSource, Plank);
    await save(dataSource, Mast, { ship });

    const between = [[true, false], [true, false], [true]];
    await expectRoundTrip(dataSource, Ship, ship.id, [Plank, MastSchema], between);
    await expectRoundTrip(dataSource, "Ship", ship.id, ["Plank", Mast], between);
  });

  it("may be TypeORM's decorators beside @DeletionIdColumn()", async () => {
    const dataSource = await database.open([Own], SUBSCRIBED);
    const own = await save(dataSource, Own);

    await expectRoundTrip(dataSource, Own, own.id, [], [[true]]);
    await dataSource.manager.softRemove(own);
    expect(own.removedAt).not.toBeNull();
    await dataSource.manager.recover(own);
    expect(await states(dataSource, Own)).toEqual([[false]]);
  });

  it("may be withSoftDelete over another base, with other names and types", async () => {
    const type =
      database.name === "postgres"
        ? ({ type: "timestamptz", precision: 3 } as const)
        : ({ precision: 3 } as const);

    @Entity()
    class Post extends withSoftDelete(Titled, {
      deletedAt: { name: "removed_on", ...type },
      deletionId: { name: "removed_by" },
    }) {
      @PrimaryGeneratedColumn() id!: number;
      @ManyToOne(() => Post) @OnSoftDelete("CASCADE") above!: Post | null;
    }

    const dataSource = await database.open([Post], SUBSCRIBED);
    const top = await save(dataSource, Post);
    const below = await save(dataSource, Post, { above: top });

    await expectRoundTrip(dataSource, Post, top.id, [], [[true, true]]);
    const before = Date.now();
    await top.softRemove();
    expect(top.isDeleted).toBe(true);
    expect(top.deletedAt?.getTime()).toBeGreaterThanOrEqual(before);
    await below.reload().catch(() => undefined);
    const columns = dataSource.getMetadata(Post).columns.map((column) => column.databaseName);
    expect(columns).toEqual(expect.arrayContaining(["title", "removed_on", "removed_by"]));
    await top.recover();
    expect([top.deletedAt, top.deletionId, top.isDeleted]).toEqual([null, null, false]);
  });

  it("belong to one data source each", async () => {
    const first = await database.open([Ship, Plank], { ...SUBSCRIBED, file: true });
    const second = await database.connect([Ship], SUBSCRIBED);
    const ship = await save(first, Ship);
    await save(first, Plank, { ship });

    await getSoftDeleteRepository(second, Ship).softDelete(ship.id);
    expect(await states(first, Ship, Plank)).toEqual([[true], [false]]);
    await getSoftDeleteRepository(second, Ship).restore(ship.id);
    await getSoftDeleteRepository(first, Ship).softDelete(ship.id);
    expect(await states(first, Ship, Plank)).toEqual([[true], [true]]);
    // What the second one does not know it does not touch.
    await getSoftDeleteRepository(second, Ship).restore(ship.id);
    expect(await states(first, Ship, Plank)).toEqual([[false], [true]]);
  });
});

describeEachDatabase("synchronize", (database) => {
  @Entity()
  class Synchronized extends withSoftDelete() {
    @PrimaryGeneratedColumn() id!: number;
    @ManyToOne(() => Own) own!: Own | null;
  }

  it("finds nothing to change the second time", async () => {
    const entities = [Synchronized, Own, Ship, Plank, MastSchema];
    const dataSource = await database.open(entities, {
      ...SUBSCRIBED,
      // As "mysql", TypeORM finds every nullable column of a MariaDB changed, whoever declared it.
      ...(database.server === "mariadb" ? { type: "mariadb" } : {}),
    });

    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();

    expect(upQueries.map(({ query }) => query)).toEqual([]);
    const row = await save(dataSource, Synchronized);
    await expectRoundTrip(dataSource, Synchronized, row.id, [], [[true]]);
  });
});

describeEachDatabase("the deletion id column", (database) => {
  if (database.name !== "mysql") {
    it("has the type that TypeORM knows for a UUID", async () => {
      const dataSource = await database.open([Ship], SUBSCRIBED);
      const column = dataSource.getMetadata(Ship).findColumnWithPropertyName("deletionId");
      expect(column && dataSource.driver.normalizeType(column)).toBe(
        database.name === "postgres" ? "uuid" : "varchar",
      );
    });
    return;
  }
  const types = ["mysql", "mariadb"] as const;
  for (const type of types.slice(0, database.server === "mariadb" ? 2 : 1)) {
    it(`carries deletion ids as ${type}`, async () => {
      const dataSource = await database.open([Ship, Plank], { ...SUBSCRIBED, type });
      const ship = await save(dataSource, Ship);
      const plank = await save(dataSource, Plank, { ship });
      await getSoftDeleteRepository(dataSource, Plank).softDelete(plank.id);
      await getSoftDeleteRepository(dataSource, Ship).softDelete(ship.id);

      await getSoftDeleteRepository(dataSource, Plank).restore(plank.id, { parents: "restore" });
      expect(await states(dataSource, Ship, Plank)).toEqual([[false], [false]]);
      await expectRoundTrip(dataSource, Ship, ship.id, [Plank], [[true], [true]]);
    });
  }
});
