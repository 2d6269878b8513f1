import {
  ChildEntity,
  Column,
  DefaultNamingStrategy,
  DeleteDateColumn,
  Entity,
  ManyToOne,
  PrimaryColumn,
  QueryFailedError,
  TableInheritance,
  type NamingStrategyInterface,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  UniqueActive,
  withSoftDelete,
} from "../../src";
import {
  describeEachDatabase,
  recordStatements,
  SnakeNamingStrategy,
  type TestDataSourceOptions,
} from "../harness";

@Entity()
class Account extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() @UniqueActive() mailAddress!: string;
}

@Entity()
class Letter extends withSoftDelete(undefined, {
  deletedBy: true,
  deleteReason: true,
  deletedFlag: true,
}) {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => Account) @OnSoftDelete("CASCADE") account!: Account;
}

@Entity()
class Renamed extends withSoftDelete(undefined, {
  deletedAt: { name: "Removed On" },
  deletionId: { name: "removal" },
}) {
  @PrimaryColumn() id!: number;
  @Column() @UniqueActive() code!: string;
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Animal {
  @PrimaryColumn() id!: number;
}

@ChildEntity()
class Dog extends withSoftDelete(Animal) {
  @Column({ nullable: true }) @UniqueActive() chipNumber!: string;
}

const ENTITIES = [Account, Letter, Renamed, Animal, Dog, SoftDeleteLog];

interface Naming {
  readonly strategy: NamingStrategyInterface;
  readonly columns: readonly string[];
  readonly log: readonly string[];
}

const NAMINGS: Record<string, Naming> = {
  "the default strategy": {
    strategy: new DefaultNamingStrategy(),
    columns: ["deleteReason", "deletedAt", "deletedBy", "deletedFlag", "deletionId"],
    log: ["deletionId", "rootCount", "rootIds"],
  },
  "a snake-case strategy": {
    strategy: new SnakeNamingStrategy(),
    columns: ["delete_reason", "deleted_at", "deleted_by", "deleted_flag", "deletion_id"],
    log: ["deletion_id", "root_count", "root_ids"],
  },
};

describeEachDatabase("the package's columns", (database) => {
  for (const [name, { strategy, columns, log }] of Object.entries(NAMINGS)) {
    const options: TestDataSourceOptions = {
      namingStrategy: strategy,
      subscribers: [SoftDeleteSubscriber],
      file: true,
      ...(database.server === "mariadb" ? { type: "mariadb" } : {}),
    };

    it(`are named by ${name}`, async () => {
      const dataSource = await database.open(ENTITIES, options);
      const namesOf = (entity: new () => object) =>
        dataSource.getMetadata(entity).columns.map((column) => column.databaseName);
      expect(namesOf(Letter).sort()).toEqual(expect.arrayContaining([...columns]));
      expect(namesOf(SoftDeleteLog)).toEqual(expect.arrayContaining([...log]));
      expect(namesOf(Renamed)).toEqual(expect.arrayContaining(["Removed On", "removal"]));
    });

    it(`serve every operation under ${name}`, async () => {
      const dataSource = await database.open(ENTITIES, options);
      const accounts = getSoftDeleteRepository(dataSource, Account);
      await accounts.save([
        { id: 1, mailAddress: "a" },
        { id: 2, mailAddress: "b" },
      ]);
      await dataSource.manager.save(Letter, { id: 1, account: { id: 1 } });
      await dataSource.manager.save(Renamed, { id: 1, code: "x" });
      await dataSource.manager.save(Dog, { id: 1, chipNumber: "x" });

      await dataSource.manager.softDelete(Account, 1);
      await accounts.save({ id: 3, mailAddress: "a" });
      await expect(accounts.save({ id: 4, mailAddress: "b" })).rejects.toThrow(QueryFailedError);
      const all = getSoftDeleteRepository(dataSource, Letter).withDeleted();
      expect(await all.find()).toMatchObject([{ isDeleted: true, deletedFlag: true }]);
      for (const entity of [Renamed, Dog]) {
        await dataSource.manager.softDelete(entity, 1);
        await dataSource.manager.restore(entity, 1);
        expect(await dataSource.manager.countBy(entity, { id: 1 })).toBe(1);
      }
      await accounts.forceDelete(3);
      await accounts.restore(1);
      expect(await dataSource.manager.countBy(Letter, { id: 1 })).toBe(1);
      const manager = new SoftDeleteManager(dataSource);
      const found = (await manager.check()).filter(
        ({ severity, code }) => severity === "error" || code.startsWith("unique-key"),
      );
      expect(found).toEqual([]);
    });

    it(`leave nothing to change for a second synchronize, nor for migration:generate, under ${name}`, async () => {
      const dataSource = await database.open(ENTITIES, options);
      const recording = recordStatements(dataSource);
      await dataSource.synchronize();
      expect(recording.statements.filter((text) => /^(ALTER|CREATE|DROP)/.test(text))).toEqual([]);
      // As another process sees it; and one without the subscriber.
      for (const subscribers of [[SoftDeleteSubscriber], []]) {
        const other = await database.connect(ENTITIES, { ...options, subscribers });
        const { upQueries } = await other.driver.createSchemaBuilder().log();
        expect(upQueries.map(({ query }) => query)).toEqual([]);
      }
    });
  }

  it("are refused where siblings have keys among active rows, and delete dates of their own", async () => {
    @Entity()
    @TableInheritance({ column: { type: "varchar", name: "kind" } })
    class Vehicle {
      @PrimaryColumn() id!: number;
    }
    @ChildEntity()
    class Car extends Vehicle {
      @DeleteDateColumn() scrappedAt!: Date | null;
      @DeletionIdColumn() scrapping!: string | null;
      @Column({ nullable: true }) @UniqueActive() plate!: string;
    }
    @ChildEntity()
    class Boat extends Vehicle {
      @DeleteDateColumn() sunkAt!: Date | null;
      @Column({ nullable: true }) @UniqueActive() hull!: string;
    }
    const subscribers = [SoftDeleteSubscriber];
    const type = database.server === "mariadb" ? { type: "mariadb" as const } : {};
    await expect(database.open([Vehicle, Car, Boat], { subscribers, ...type })).rejects.toThrow(
      /\.(plate|hull): the generated column of @UniqueActive\(\) goes by another delete date than (scrappedAt|sunkAt)/,
    );
  });
});
