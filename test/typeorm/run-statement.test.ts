import type { DataSource } from "typeorm";

import { runStatement, type StatementResult } from "../../src/typeorm/run-statement";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning("src/typeorm/run-statement.ts", "src/session/session.ts");

async function run(dataSource: DataSource, text: string): Promise<StatementResult> {
  const runner = dataSource.createQueryRunner();
  try {
    return await runStatement(runner, text, []);
  } finally {
    await runner.release();
  }
}

describeEachDatabase("runStatement", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);
  beforeEach(async () => {
    await opened.dataSource.createQueryBuilder().delete().from(Author).execute();
    await opened.dataSource.getRepository(Author).save([
      { id: 1, name: "ada" },
      { id: 2, name: "bob" },
    ]);
  });

  itStill(
    "gives the rows of a SELECT as plain objects, by QueryRunner.query()'s third parameter",
    async () => {
      const { records } = await run(
        opened.dataSource,
        "SELECT name AS who FROM author_row ORDER BY name",
      );
      return records.map((record) => ({ ...record }));
    },
    [{ who: "ada" }, { who: "bob" }],
  );

  itStill(
    "counts as affected all rows that an UPDATE matches, those included that have the values already",
    () => run(opened.dataSource, "UPDATE author_row SET name = 'ada'"),
    { records: [], affected: 2 },
  );

  itStill(
    "counts as affected the rows that a DELETE removes",
    () => run(opened.dataSource, "DELETE FROM author_row WHERE name = 'ada'"),
    { records: [], affected: 1 },
  );

  itStill(
    "counts them also where the statement begins with other words",
    async () => {
      const head =
        database.name === "mysql"
          ? "/*M! SET STATEMENT max_recursive_iterations=10 FOR */ DELETE /*+ SET_VAR(cte_max_recursion_depth=10) */ FROM author_row"
          : "WITH RECURSIVE w AS (SELECT 1 AS id) DELETE FROM author_row";
      return run(opened.dataSource, `${head} WHERE name LIKE '%'`);
    },
    { records: [], affected: 2 },
  );
});
