import {
  ChildEntity,
  Column,
  Entity,
  LessThan,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
} from "typeorm";

import { positional } from "../../src/typeorm/placeholders";
import {
  conditionText,
  findAlias,
  keysText,
  withFindOptions,
  withoutGlobalOrder,
  type QueryText,
} from "../../src/typeorm/query-text";
import { describeEachDatabase, statementsOf } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const CRITERIA = "src/rows/criteria.ts";
const { itStill } = leaning("src/typeorm/query-text.ts", CRITERIA);

@Entity("animal")
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Animal {
  @PrimaryGeneratedColumn() id!: number;
}

@ChildEntity()
class Cat extends Animal {
  @Column() name!: string;
}

// "matched_" before it makes more than the 63 bytes that a name may have.
const LONG = "k".repeat(57);

@Entity("long_keyed")
class LongKeyed {
  @PrimaryColumn({ name: LONG }) id!: number;
  @PrimaryColumn() part!: number;
  @ManyToOne(() => Author) author!: Author;
}

describeEachDatabase("the text of queries", (database) => {
  const opened = openOnce(database, [Author, Book, Tag, Animal, Cat, LongKeyed]);
  // As the quotes of the standard.
  const standard = (text: string): string => text.replaceAll("`", '"');
  const condition = (
    entity: new () => object,
    restrict: Parameters<typeof conditionText>[3],
  ): [text: string, parameters: object] => {
    const { manager } = opened.dataSource;
    const metadata = opened.dataSource.getMetadata(entity);
    const { text, parameters } = conditionText(manager, metadata, "c", restrict);
    return [standard(text), parameters];
  };

  itStill(
    "writes a condition on an entity's own columns behind WHERE and nothing behind it, of active and deleted rows",
    () => [
      condition(Book, (query) => query.where({ title: "a" })),
      condition(Book, (query) => query.where({ id: LessThan(3), title: "a" })),
    ],
    [
      ['"c"."title" = :orm_param_0', { orm_param_0: "a" }],
      [
        '("c"."id" < :orm_param_0 AND "c"."title" = :orm_param_1)',
        { orm_param_0: 3, orm_param_1: "a" },
      ],
    ],
  );

  itStill(
    "goes by the foreign key, without a join, where only the key of a related row is asked for",
    () => condition(Book, (query) => query.where({ author: { id: 7 } })),
    ['"c"."authorId" = :orm_param_0', { orm_param_0: 7 }],
  );

  itStill(
    "adds the discriminator of single-table inheritance, with brackets around both",
    () => condition(Cat, (query) => query.where({ name: "tom" })),
    [
      '( "c"."name" = :orm_param_0 ) AND ( "c"."kind" IN (:...discriminatorColumnValues) )',
      { orm_param_0: "tom", discriminatorColumnValues: ["Cat"] },
    ],
  );

  it("ends in an error where the query is another, and does not cut it anywhere", () => {
    for (const restrict of [
      (query: Parameters<Parameters<typeof conditionText>[3]>[0]) =>
        query.leftJoin("c.author", "a").where("a.name = 'ada'"),
      (query: Parameters<Parameters<typeof conditionText>[3]>[0]) => query.where({}),
    ]) {
      expect(() => condition(Book, restrict)).toThrow("TypeORM has written another query: SELECT");
    }
  });

  itStill(
    "leaves out an entity's own order by the option disable-global-order, which it would add otherwise",
    () => {
      const query = opened.dataSource.createQueryBuilder(Book, "c").select("c.id");
      const before = query.getQuery().includes("ORDER BY");
      return [before, withoutGlobalOrder(query).getQuery().includes("ORDER BY")];
    },
    [true, false],
  );

  describe("keysText", () => {
    const keys = async (entity: new () => object, where: object): Promise<unknown[]> => {
      const { manager } = opened.dataSource;
      const found: QueryText = keysText(manager, opened.dataSource.getMetadata(entity), where);
      const [text, parameters] = positional(opened.dataSource, found.text, found.parameters);
      const rows = await manager.query<object[]>(text, parameters);
      return rows.map((row) => ({ ...row }));
    };
    beforeEach(async () => {
      const { manager } = opened.dataSource;
      await manager.deleteAll(Book);
      await manager.deleteAll(LongKeyed);
      await manager.deleteAll(Author);
      const [ada, bob] = await manager.save(Author, [
        { id: 1, name: "ada" },
        { id: 2, name: "bob", deletedAt: new Date() },
      ]);
      await manager.save(Book, [
        { id: 1, title: "a", author: ada! },
        { id: 2, title: "b", author: bob!, deletedAt: new Date() },
      ]);
      await manager.insert(LongKeyed, { id: 5, part: 6, author: ada! });
    });

    itStill(
      "selects what is selected after setFindOptions(), and joins for its where, deleted rows included",
      async () => [
        await keys(Book, { author: { name: "ada" } }),
        await keys(Book, { author: { name: "bob" } }),
        await keys(Author, { books: { title: "b" } }),
      ],
      [[{ key0: 1 }], [{ key0: 2 }], [{ key0: 2 }]],
    );

    itStill(
      "lets a query name its columns, where its own names would be cut and hashed",
      () => keys(LongKeyed, { author: { name: "ada" } }),
      [{ key0: 5, key1: 6 }],
    );
  });

  leaning(
    "src/typeorm/query-text.ts",
    "src/repository/reads/relation-loading.ts",
    "src/repository/reads/scoped-reads.ts",
  ).itStill(
    "takes find options for a query builder by setFindOptions()",
    async () => {
      const { dataSource } = opened;
      await dataSource.manager.save(Tag, [{ id: 1 }, { id: 2 }]);
      const query = dataSource.createQueryBuilder(Tag, "tag");
      return withFindOptions(query, { where: { id: 2 }, select: { id: true } }).getMany();
    },
    [{ id: 2 }],
  );

  leaning(
    "src/typeorm/query-text.ts",
    "src/repository/reads/relation-options.ts",
    "src/repository/reads/scoped-reads.ts",
  ).itStill(
    "names the rows of a find() after the entity",
    async () => {
      const { dataSource } = opened;
      const [statement = ""] = await statementsOf(dataSource, () => dataSource.manager.find(Book));
      const alias = findAlias(dataSource.getMetadata(Book));
      return standard(statement).includes(` FROM "book_row" "${alias}"`) ? "so" : statement;
    },
    "so",
  );
});
