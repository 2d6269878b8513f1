import { positional } from "../../src/typeorm/placeholders";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning("src/typeorm/placeholders.ts", "src/sql/sql.ts");

describeEachDatabase("placeholders", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);

  itStill(
    "takes :name and :...name for parameters in escapeQueryWithParameters()",
    () =>
      positional(opened.dataSource, "x = :one AND y IN (:...many) AND z = :two::text", {
        one: "1",
        many: ["a", "b"],
        two: "c",
      }),
    database.name === "postgres"
      ? ["x = $1 AND y IN ($2, $3) AND z = $4::text", ["1", "a", "b", "c"]]
      : ["x = ? AND y IN (?, ?) AND z = ?::text", ["1", "a", "b", "c"]],
  );

  itStill(
    "leaves a value whole that is no list, and an unknown name as it is",
    () => {
      const bytes = Buffer.from([1]);
      const [text, [value]] = positional(opened.dataSource, ":a :b", { a: bytes });
      return [text, value === bytes];
    },
    [database.name === "postgres" ? "$1 :b" : "? :b", true],
  );
});
