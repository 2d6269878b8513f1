import { EventSubscriber, type BeforeQueryEvent, type EntitySubscriberInterface } from "typeorm";

import { insertsInto, insertsWithout, reads } from "../../src/typeorm/insert-text";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

let statements: string[] = [];

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  beforeQuery({ query }: BeforeQueryEvent): void {
    statements.push(query);
  }
}

describeEachDatabase("insert-text", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [Listening] });
  beforeEach(async () => {
    await opened.dataSource.manager.deleteAll(Author);
    statements = [];
  });

  leaning("src/typeorm/insert-text.ts", "src/native/inserted-rows.ts").itStill(
    "names the columns of an INSERT, and in an upsert what it does in conflict",
    async () => {
      const { manager } = opened.dataSource;
      const metadata = manager.dataSource.getMetadata(Author);
      const column = metadata.deleteDateColumn!;
      const told = async (call: Promise<unknown>): Promise<boolean[]> => {
        statements = [];
        await call;
        return statements
          .filter((statement) => /INSERT/.test(statement))
          .map((statement) => insertsWithout(statement, metadata, column));
      };
      const deletedAt = new Date();
      return [
        await told(manager.insert(Author, { id: 1, name: "a", deletedAt })),
        await told(manager.save(manager.create(Author, { id: 2, name: "b", deletedAt }))),
        await told(manager.upsert(Author, { id: 2, name: "c", deletedAt }, ["id"])),
        await told(
          manager
            .createQueryBuilder()
            .insert()
            .into(Author, ["id", "name"])
            .values({ id: 3, name: "VALUES ON CONFLICT deletedAt", deletedAt })
            .execute(),
        ),
        await told(manager.insert(Tag, { id: 1 })),
      ];
    },
    [[false], [false], [true], [true], [false]],
  );

  leaning("src/typeorm/insert-text.ts", "src/native/insert-statements.ts").itStill(
    "reads behind an INSERT, where the database tells too little, from the rows' table",
    async () => {
      const { manager } = opened.dataSource;
      const metadata = manager.dataSource.getMetadata(Author);
      await manager
        .createQueryBuilder()
        .insert()
        .into(Author)
        .values({ id: 1, name: "a" })
        .comment("INSERT")
        .execute();
      return statements.map((text) => [insertsInto(text, metadata), reads(text, metadata)]);
    },
    database.name === "postgres"
      ? [[true, false]]
      : [
          [true, false],
          [false, true],
        ],
  );
});
