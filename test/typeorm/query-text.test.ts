import { ILike, In, Like, Raw, type FindOperator } from "typeorm";

import {
  findAlias,
  joinedAlias,
  predicateText,
  withFindOptions,
  withoutGlobalOrder,
} from "../../src/typeorm/query-text";
import { describeEachDatabase, statementsOf } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning("src/typeorm/query-text.ts", "src/rows/where/operators.ts");

describeEachDatabase("the text of queries", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);
  // As the quotes of the standard.
  const standard = (text: string): string => text.replaceAll("`", '"');
  const predicate = (operator: FindOperator<unknown>): [text: string, parameters: object] => {
    const { text, parameters } = predicateText(opened.dataSource.manager, "c.x", operator);
    return [text, parameters];
  };

  itStill(
    "writes a find operator on a column, with its values as named parameters",
    () => [
      predicate(Like("a%")),
      predicate(In(["a", "b"])),
      predicate(Raw((column) => `${column} = :a`, { a: 1 })),
      predicate(ILike("a%"))[1],
    ],
    [
      ["c.x LIKE :orm_param_0", { orm_param_0: "a%" }],
      ["c.x IN (:orm_param_0, :orm_param_1)", { orm_param_0: "a", orm_param_1: "b" }],
      ["c.x = :a", { a: 1 }],
      { orm_param_0: "a%" },
    ],
  );

  itStill(
    "leaves out an entity's own order by the option disable-global-order, which it would add otherwise",
    () => {
      const query = opened.dataSource.createQueryBuilder(Book, "c").select("c.id");
      const before = query.getQuery().includes("ORDER BY");
      return [before, withoutGlobalOrder(query).getQuery().includes("ORDER BY")];
    },
    [true, false],
  );

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

  leaning("src/typeorm/query-text.ts", "src/repository/reads/relation-pairs.ts").itStill(
    "reads the rows of a relation by one join for the find options' relations and their conditions",
    () => {
      const { dataSource } = opened;
      const metadata = dataSource.getMetadata(Author);
      const relation = metadata.findRelationWithPropertyPath("books");
      if (!relation) return undefined;
      const query = withFindOptions(dataSource.createQueryBuilder(Author, "one"), {
        relations: { books: true },
        where: { books: { title: "a" } },
      });
      const text = standard(query.getQuery());
      const alias = joinedAlias(query, "one", relation);
      return [text.split("JOIN").length, text.includes(`"${alias}"."title" = `)];
    },
    [2, true],
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
