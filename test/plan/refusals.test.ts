import {
  Column,
  DeleteDateColumn,
  Entity,
  EntitySchema,
  PrimaryGeneratedColumn,
  type ColumnOptions,
} from "typeorm";

import {
  DeletionIdColumn,
  SoftDeletable,
  softDeleteSchema,
  softDeleteSchemaColumns,
  withSoftDelete,
} from "../../src";
import { describeEachDatabase, type DatabaseName } from "../harness";
import { expectRoundTrip, save, SUBSCRIBED } from "./round-trip";

abstract class Soft extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity()
class TwoDates extends Soft {
  @DeleteDateColumn() removedAt!: Date | null;
}
@Entity()
class TwoIds extends Soft {
  @DeletionIdColumn() removal!: string | null;
}
@Entity()
class Restated extends Soft {
  @DeleteDateColumn({ name: "removed_on" }) declare deletedAt: Date | null;
}
abstract class Between extends Soft {
  @Column({ type: "varchar", nullable: true }) declare deletionId: string | null;
}
@Entity()
class RestatedBetween extends Between {}
@Entity()
class Twice extends withSoftDelete(Soft, { deletedAt: { name: "removed_on" } }) {}

class Part {
  @DeletionIdColumn() removal!: string | null;
}
@Entity()
class TwoIdsOneEmbedded extends Soft {
  @Column(() => Part) part!: Part;
}

const CASES: [entity: new () => Soft, parts: string[]][] = [
  [
    TwoDates,
    ["TwoDates has several delete-date columns: TwoDates.deletedAt and TwoDates.removedAt"],
  ],
  [TwoIds, ["TwoIds has several deletion id columns: TwoIds.deletionId and TwoIds.removal"]],
  [
    TwoIdsOneEmbedded,
    ["TwoIdsOneEmbedded.deletionId and TwoIdsOneEmbedded.part.removal", "Keep one of them"],
  ],
  [
    Restated,
    ["Restated.deletedAt: Restated declares the column again that it inherits from", "Remove it"],
  ],
  [RestatedBetween, ["RestatedBetween.deletionId: Between declares the column again"]],
  [Twice, ["Twice.deletedAt: WithSoftDelete declares the column again", "withSoftDelete(Base"]],
];

const NO_MOMENTS: Record<DatabaseName, ColumnOptions["type"][]> = {
  "better-sqlite3": ["date", "time", "bigint", "integer", "boolean", "text"],
  postgres: ["date", "time", "timetz", "bigint", "int", "boolean", "text"],
  mysql: ["date", "time", "year", "bigint", "int", "boolean", "varchar"],
};
const MOMENTS: Record<DatabaseName, ColumnOptions["type"][]> = {
  "better-sqlite3": ["datetime"],
  postgres: ["timestamp", "timestamptz", "timestamp with time zone"],
  mysql: ["datetime", "timestamp"],
};

/** A class of its own each time: decorators note what they are given for good. */
function entityWith(type: ColumnOptions["type"]): new () => Soft {
  @Entity("dated")
  class Dated extends withSoftDelete(undefined, { deletedAt: type ? { type } : {} }) {
    @PrimaryGeneratedColumn() id!: number;
  }
  return Dated;
}

describeEachDatabase("declarations that cannot work", (database) => {
  for (const [entity, parts] of CASES) {
    it(`are refused at start: ${parts[0] ?? ""}`, async () => {
      const opened = database.open([entity], SUBSCRIBED);

      await expect(opened).rejects.toMatchObject({ code: "SOFT_DELETE_CONFIGURATION" });
      for (const part of parts) await expect(opened).rejects.toThrow(part);
    });
  }

  for (const type of NO_MOMENTS[database.name]) {
    it(`are refused at start: a delete date of the type ${String(type)}`, async () => {
      const opened = database.open([entityWith(type)], SUBSCRIBED);

      await expect(opened).rejects.toThrow(
        "Dated.deletedAt: the type of the delete-date column is",
      );
      await expect(opened).rejects.toThrow("Leave the type to @DeleteDateColumn()");
    });
  }

  for (const type of [undefined, ...MOMENTS[database.name]]) {
    it(`are not a delete date of the type ${String(type)}`, async () => {
      const entity = entityWith(type);
      const dataSource = await database.open([entity], SUBSCRIBED);
      const { id } = await save(dataSource, entity);
      await expectRoundTrip(dataSource, entity, id, [], [[true]]);
    });
  }

  it("are refused at start: a schema with the columns and without the annotation", async () => {
    const schema = (): EntitySchema<Soft> =>
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as TypeORM's users write it
      new EntitySchema<Soft>({
        name: "Forgotten",
        columns: { id: { type: Number, primary: true }, ...softDeleteSchemaColumns },
      });

    await expect(database.open([schema()], SUBSCRIBED)).rejects.toThrow(
      "Forgotten.deletionId: the schema has the columns of softDeleteSchemaColumns",
    );
    await database.open([softDeleteSchema(schema())], SUBSCRIBED);
  });

  it("are no concern of entities that this package does not soft-delete", async () => {
    @Entity()
    class Foreign {
      @PrimaryGeneratedColumn() id!: number;
      @DeleteDateColumn() first!: Date | null;
      @DeleteDateColumn() second!: Date | null;
    }
    @Entity()
    class Refined extends Foreign {
      @DeleteDateColumn({ name: "other" }) declare first: Date | null;
    }
    await database.open([Foreign, Refined], SUBSCRIBED);
  });

  it("are not the same declaration made twice", async () => {
    @Entity()
    class Same extends Soft {
      @DeleteDateColumn() declare deletedAt: Date | null;
    }
    const dataSource = await database.open([Same], SUBSCRIBED);
    const { id } = await save(dataSource, Same);
    await expectRoundTrip(dataSource, Same, id, [], [[true]]);
  });
});
