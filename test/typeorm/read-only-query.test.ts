import { QueryBuilder } from "typeorm";

import { readOnly } from "../../src/typeorm/read-only-query";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning(
  "src/typeorm/read-only-query.ts",
  "src/repository/guarded-repository.ts",
);

const WRITES = ["insert", "update", "delete", "softDelete", "restore", "relation"] as const;

describeEachDatabase("readOnly", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);

  itStill(
    "makes copies of a query by its own constructor, which reads as the query does and refuses as it does",
    async () => {
      const authors = opened.dataSource.getRepository(Author);
      await authors.save([
        { id: 1, name: "ada" },
        { id: 2, name: "bob" },
      ]);
      const query = authors.createQueryBuilder("a").where("a.name = :name", { name: "ada" });
      const copy = readOnly(query, (method) => new Error(`no ${method}`));
      const refused = [copy, copy.clone(), copy.clone().clone().select("a.id")].map((one) =>
        WRITES.map((method) => {
          try {
            (one as unknown as Record<string, () => void>)[method]?.();
            return "done";
          } catch (error) {
            return (error as Error).message;
          }
        }),
      );
      return [
        [(await copy.getMany()).length, await copy.clone().getCount()],
        (await copy.take(1).getManyAndCount())[1],
        refused.map((one) => one.join()),
      ];
    },
    [[1, 1], 1, Array.from({ length: 3 }, () => WRITES.map((method) => `no ${method}`).join())],
  );

  itStill(
    "has no other method that turns a query into another one",
    () =>
      Object.getOwnPropertyNames(QueryBuilder.prototype).filter((name) =>
        String(Object.getOwnPropertyDescriptor(QueryBuilder.prototype, name)?.value).includes(
          "queryBuilderRegistry",
        ),
      ),
    ["constructor", "select", ...WRITES],
  );
});
