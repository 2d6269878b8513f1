import { driverErrorCode, driverErrorOf, failedStatement } from "../../src/typeorm/driver-error";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning(
  "src/typeorm/driver-error.ts",
  "src/sql/postgres.ts",
  "src/sql/sqlite.ts",
  "src/sql/mysql-and-mariadb.ts",
);

const TAKEN: Record<string, string> = {
  "better-sqlite3": "SQLITE_CONSTRAINT_PRIMARYKEY",
  postgres: "23505",
  mysql: "ER_DUP_ENTRY",
};

describeEachDatabase("driverErrorOf", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);

  itStill(
    "keeps the driver's own error in QueryFailedError.driverError",
    async () => {
      const { manager } = opened.dataSource;
      await manager.insert(Author, { id: 1, name: "ada" });
      const error: unknown = await manager
        .insert(Author, { id: 1, name: "bob" })
        .catch((reason: unknown) => reason);
      return [driverErrorCode(error), driverErrorOf(error) === error];
    },
    [TAKEN[database.name], false],
  );

  itStill(
    "tells the statement that has failed in QueryFailedError.query",
    async () => {
      const { dataSource } = opened;
      const fails = async (statement: string): Promise<string> =>
        failedStatement(await dataSource.query(statement).catch((reason: unknown) => reason));
      return [await fails("COMMIT WHAT"), failedStatement(new Error("other"))];
    },
    ["COMMIT WHAT", ""],
  );

  it("gives any other error as it is, without a code", () => {
    const error = new Error("other");
    expect(driverErrorOf(error)).toBe(error);
    expect([error, undefined, null, "text"].map(driverErrorCode)).toEqual(["", "", "", ""]);
  });
});
