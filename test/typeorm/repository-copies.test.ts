import { Repository, type DataSource } from "typeorm";

import { copyOf } from "../../src/typeorm/repository-copies";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning(
  "src/typeorm/repository-copies.ts",
  "src/repository/reads/scoped-reads.ts",
);

let constructed = 0;

class Authors extends Repository<Author> {
  readonly scope: string = "none";
  constructor(dataSource: DataSource) {
    super(Author, dataSource.manager);
    constructed++;
  }
  named(name: string): Promise<Author[]> {
    return this.findBy({ name });
  }
}

describeEachDatabase("copyOf", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);

  itStill(
    "keeps all that a repository has in its properties, so that a copy of them works as it does",
    async () => {
      const { dataSource } = opened;
      const authors = new Authors(dataSource);
      await authors.save({ id: 1, name: "ada" });
      const before = constructed;
      const copy = copyOf(authors, { scope: "some" });
      return [
        copy instanceof Authors,
        [authors.scope, copy.scope],
        constructed === before,
        copy.metadata === dataSource.getMetadata(Author),
        (await copy.named("ada")).length,
        await dataSource.transaction((manager) =>
          manager.withRepository(copyOf(dataSource.getRepository(Author), {})).count(),
        ),
      ];
    },
    [true, ["none", "some"], true, true, 1, 1],
  );
});
