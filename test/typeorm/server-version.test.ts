import { isMariaDb, serverVersion } from "../../src/typeorm/server-version";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning(
  "src/typeorm/server-version.ts",
  "src/sql/mysql-and-mariadb.ts",
  "src/plan/uniques.ts",
);

describeEachDatabase("serverVersion", (database) => {
  const opened = openOnce(database, [Author, Book, Tag]);
  const told = async (): Promise<string> => {
    if (database.name === "better-sqlite3") return "0.0";
    const query = database.name === "postgres" ? "SHOW server_version" : "SELECT VERSION() AS v";
    const [row] = await opened.dataSource.query<Record<string, string>[]>(query);
    return Object.values(row ?? {})[0] ?? "";
  };

  itStill(
    "keeps the version that the server tells in the driver's version",
    async () => {
      const [, major, minor] = /^(\d+)\.(\d+)/.exec(await told()) ?? [];
      const version = serverVersion(opened.dataSource);
      return version.join(".") === `${major ?? ""}.${minor ?? ""}` ? "the same" : version;
    },
    "the same",
  );

  it("tells MariaDB from MySQL, whatever type the data source states", async () => {
    const isPostgres = database.name === "postgres";
    if (!isPostgres) {
      expect(isMariaDb(opened.dataSource)).toBe((await told()).includes("MariaDB"));
    }
  });
});
