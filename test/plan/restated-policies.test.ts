/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import { Entity, EntitySchema, ManyToOne, OneToMany, PrimaryGeneratedColumn } from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  softDeleteSchema,
  softDeleteSchemaColumns,
  type SoftDeletePolicy,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, states, SUBSCRIBED } from "./round-trip";

abstract class Soft extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity()
class Author extends Soft {
  @OnSoftDelete("KEEP")
  @ManyToOne(() => Author)
  mentor!: Author | null;
  @OneToMany(() => Letter, (letter) => letter.author, { cascade: true }) letters!: Letter[];
}

abstract class Written extends Soft {
  @ManyToOne(() => Author) @OnSoftDelete("CASCADE") author!: Author | null;
}
abstract class Archived extends Written {
  @OnSoftDelete("KEEP") declare author: Author | null;
}

@Entity()
class Draft extends Written {}
@Entity()
class Paper extends Archived {}
@Entity()
class Contract extends Archived {
  @OnSoftDelete("RESTRICT") declare author: Author | null;
}
@Entity()
class Letter extends Written {
  @ManyToOne(() => Author, (author) => author.letters)
  @OnSoftDelete("KEEP")
  declare author: Author | null;
}

class Leaflet extends Written {}
class Poster extends Leaflet {}

function schemaOf(target: new () => Written, policy?: SoftDeletePolicy): EntitySchema<Written> {
  return softDeleteSchema(
    new EntitySchema<Written>({
      name: target.name,
      target,
      columns: {
        id: { type: Number, primary: true, generated: "increment" },
        ...softDeleteSchemaColumns,
      },
      relations: { author: { type: "many-to-one", target: "Writer" } },
    }),
    policy ? { policies: { author: policy } } : {},
  );
}
const Writer = softDeleteSchema(
  new EntitySchema<Soft>({
    name: "Writer",
    columns: {
      id: { type: Number, primary: true, generated: "increment" },
      ...softDeleteSchemaColumns,
    },
  }),
);

describeEachDatabase("a policy that a subclass restates", (database) => {
  it("wins over that of its base classes", async () => {
    const entities = [Author, Draft, Paper, Contract, Letter];
    const dataSource = await database.open(entities, SUBSCRIBED);
    const author = await save(dataSource, Author);
    for (const entity of [Draft, Paper, Letter])
      await save<Written>(dataSource, entity, { author });

    const between = [[true], [true], [false], [false]];
    await expectRoundTrip(dataSource, Author, author.id, [Draft, Paper, Letter], between);
    await save(dataSource, Contract, { author });
    await expect(
      getSoftDeleteRepository(dataSource, Author).softDelete(author.id),
    ).rejects.toMatchObject({ code: "SOFT_DELETE_RESTRICTED", relation: "Contract.author" });
    expect(await states(dataSource, Draft)).toEqual([[false]]);
  });

  it("wins in a schema over those of its class and of the schema of its base", async () => {
    const plain = [Writer, schemaOf(Leaflet), schemaOf(Poster)];
    const cases: [EntitySchema[], boolean[][]][] = [
      [plain, [[true], [true], [true]]],
      [
        [Writer, schemaOf(Leaflet, "KEEP"), schemaOf(Poster)],
        [[true], [false], [false]],
      ],
      [
        [Writer, schemaOf(Leaflet, "KEEP"), schemaOf(Poster, "CASCADE")],
        [[true], [false], [true]],
      ],
    ];
    for (const [entities, between] of cases) {
      const dataSource = await database.open(entities, SUBSCRIBED);
      const author = (await save(dataSource, Writer)) as Author;
      for (const entity of [Leaflet, Poster]) await save<Written>(dataSource, entity, { author });
      await expectRoundTrip(dataSource, Writer, author.id, [Leaflet, Poster], between);
      await dataSource.destroy();
    }
  });
});
