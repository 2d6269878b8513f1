import {
  Column,
  DataSource,
  DeleteDateColumn,
  Entity,
  EntitySchema,
  JoinColumn,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type DataSourceOptions,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteConfigurationError,
  softDeleteSchema,
  SoftDeleteSubscriber,
} from "../../src";
import { dialectOf } from "../../src/sql";
import { describeEachDatabase, statementsOf, type TestEntities } from "../harness";

abstract class Soft extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}
abstract class Hard {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity()
class SoftParent extends Soft {}
@Entity()
class HardParent extends Hard {}

@Entity()
class HardChild extends Hard {
  @ManyToOne(() => SoftParent) @OnSoftDelete("CASCADE") parent!: SoftParent;
}
@Entity()
class StampedChild extends Hard {
  @DeleteDateColumn() deletedAt!: Date | null;
  @ManyToOne(() => SoftParent) @OnSoftDelete("CASCADE") parent!: SoftParent;
}
@Entity()
class ChildOfHard extends Soft {
  @ManyToOne(() => HardParent) @OnSoftDelete("CASCADE") parent!: HardParent;
}
@Entity()
class RestrictsHard extends Soft {
  @ManyToOne(() => HardParent) @OnSoftDelete("RESTRICT") parent!: HardParent;
}
@Entity()
class WithoutDate extends Hard {
  @DeletionIdColumn() deletionId!: string | null;
}
@Entity()
class ListOwner extends Soft {
  @OneToMany(() => ListItem, (item) => item.owner) @OnSoftDelete("CASCADE") items!: ListItem[];
}
@Entity()
class ListItem extends Soft {
  @ManyToOne(() => ListOwner, (owner) => owner.items) owner!: ListOwner;
}
@Entity()
class InverseOwner extends Soft {
  @OneToOne(() => InverseItem, (item) => item.owner)
  @OnSoftDelete("KEEP")
  item!: InverseItem | null;
}
@Entity()
class InverseItem extends Soft {
  @OneToOne(() => InverseOwner, (owner) => owner.item) @JoinColumn() owner!: InverseOwner;
}
@Entity()
class Tagged extends Soft {
  @ManyToMany(() => SoftParent) @OnSoftDelete("CASCADE") tags!: SoftParent[];
}
@Entity()
class OnColumn extends Soft {
  @Column() @OnSoftDelete("RESTRICT") name!: string;
}
@Entity()
class TypeormCascade extends Soft {
  @OneToMany(() => TypeormHard, (child) => child.parent, { cascade: true }) below!: TypeormHard[];
}
@Entity()
class TypeormHard extends Hard {
  @ManyToOne(() => TypeormCascade, (parent) => parent.below) parent!: TypeormCascade;
}

const CASES: [entities: TestEntities & unknown[], parts: string[]][] = [
  [
    [SoftParent, HardChild],
    ["HardChild.parent: the cascade reaches HardChild", "extend SoftDeletable"],
  ],
  [
    [SoftParent, StampedChild],
    ["StampedChild.parent: the cascade reaches StampedChild", "@DeletionIdColumn()"],
  ],
  [
    [HardParent, ChildOfHard],
    ["ChildOfHard.parent: the policy acts when a HardParent", "Let HardParent extend"],
  ],
  [[HardParent, RestrictsHard], ["RestrictsHard.parent: the policy acts when a HardParent"]],
  [[WithoutDate], ["WithoutDate.deletionId: a deletion id column needs a delete-date column"]],
  [[ListOwner, ListItem], ["ListOwner.items: @OnSoftDelete() belongs on a many-to-one"]],
  [[InverseOwner, InverseItem], ["InverseOwner.item: @OnSoftDelete() belongs on"]],
  [
    [SoftParent, Tagged],
    ["Tagged.tags: @OnSoftDelete() belongs on", "Move it to the side"],
  ],
  [[OnColumn], ["OnColumn.name: @OnSoftDelete() belongs on"]],
  [
    [TypeormCascade, TypeormHard],
    ["TypeormHard.parent: the cascade reaches TypeormHard", '@OnSoftDelete("KEEP")'],
  ],
];

describeEachDatabase("contradictions", (database) => {
  for (const [entities, parts] of CASES) {
    it(`are refused before anything is written: ${parts[0] ?? ""}`, async () => {
      const dataSource = await database.open(entities, { synchronize: false });
      const [first] = dataSource.entityMetadatas;
      const repository = getSoftDeleteRepository(dataSource, first?.target ?? "");

      const statements = await statementsOf(dataSource, async () => {
        const error: unknown = await repository.softDelete(1).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(SoftDeleteConfigurationError);
        for (const part of parts) expect((error as Error).message).toContain(part);
        await expect(repository.restore(1)).rejects.toThrow(SoftDeleteConfigurationError);
      });

      expect(statements).toEqual([]);
    });

    it(`are refused by initialize() with the subscriber: ${parts[0] ?? ""}`, async () => {
      await expect(
        database.open(entities, { subscribers: [SoftDeleteSubscriber] }),
      ).rejects.toThrow(parts[0]);
    });
  }

  it("are not what a hard entity with KEEP or without a policy is", async () => {
    @Entity()
    class KeptHard extends Hard {
      @ManyToOne(() => SoftParent) @OnSoftDelete("KEEP") parent!: SoftParent;
      @ManyToOne(() => SoftParent) other!: SoftParent;
    }
    @Entity()
    class RestrictingHard extends Hard {
      @ManyToOne(() => SoftParent) @OnSoftDelete("RESTRICT") parent!: SoftParent;
    }
    const dataSource = await database.open([SoftParent, KeptHard, RestrictingHard], {
      subscribers: [SoftDeleteSubscriber],
    });
    const [first, second] = await dataSource.getRepository(SoftParent).save([{}, {}]);
    await dataSource.getRepository(KeptHard).save({ parent: first as SoftParent });
    await dataSource.getRepository(RestrictingHard).save({ parent: second as SoftParent });
    const parents = getSoftDeleteRepository(dataSource, SoftParent);

    expect((await parents.softDelete(first?.id ?? 0)).total).toBe(1);
    await expect(parents.softDelete(second?.id ?? 0)).rejects.toMatchObject({
      code: "SOFT_DELETE_RESTRICTED",
      relation: "RestrictingHard.parent",
    });
    expect(await dataSource.getRepository(KeptHard).count()).toBe(1);
  });

  it("include an unknown value of the option parents", async () => {
    const dataSource = await database.open([SoftParent]);
    const parents = getSoftDeleteRepository(dataSource, SoftParent);

    await expect(parents.restore(1, { parents: "all" as "restore" })).rejects.toThrow(
      'the option parents is "all". Use',
    );
  });
});

describe("OnSoftDelete", () => {
  it("refuses an unknown policy where it stands", () => {
    expect(() => {
      class Wrong {
        @OnSoftDelete("SET NULL" as "KEEP") parent!: SoftParent;
      }
      return Wrong;
    }).toThrow('Wrong.parent: "SET NULL" is not a policy. Use @OnSoftDelete("CASCADE")');
  });
});

describe("softDeleteSchema", () => {
  it("refuses an unknown policy", () => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as TypeORM's users write it
    const schema = new EntitySchema({ name: "Wrong", columns: {} });
    expect(() =>
      softDeleteSchema(schema, { policies: { parent: "cascade" as "CASCADE" } }),
    ).toThrow('Wrong.parent: "cascade" is not a policy.');
  });
});

describe("a database that is not supported", () => {
  it("is refused with the ones that are", () => {
    const options = {
      type: "expo",
      database: "x",
      driver: { openDatabaseAsync: () => undefined },
    } as unknown as DataSourceOptions;
    const dataSource = new DataSource(options);

    expect(() => dialectOf(dataSource)).toThrow(
      'The database type "expo" is not supported. Use postgres, cockroachdb, better-sqlite3, sqljs, mysql or mariadb.',
    );
  });
});
