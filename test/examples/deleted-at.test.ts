import type { DataSource } from "typeorm";

import { main } from "../../examples/deleted-at";
import { describeEachDatabase } from "../harness";
import { rowsOf, runExample, type RunExample } from "./run-example";

describeEachDatabase("the example deleted-at", (database) => {
  // A generated column needs the driver's right name.
  const run = (): Promise<RunExample> =>
    runExample(database, main, database.server === "mariadb" ? { type: "mariadb" } : {});

  it("says which users are active, in a transaction too", async () => {
    const { lines } = await run();

    expect(lines).toEqual([
      "index on users: deleted_at, deletion_id",
      "index on users: deletion_id, deleted_at",
      "unique index on users: email, activeKey",
      "ada@example.com: isDeleted true",
      "active: grace@example.com",
      "deleted: ada@example.com",
      "invoices: 1",
      "active: grace@example.com, ada@example.com",
      "active in the transaction: ada@example.com",
      "rolled back: changed my mind",
      "active: grace@example.com, ada@example.com",
    ]);
  });

  it("leaves one deleted user, whose invoices carry the same deletion and the same time", async () => {
    const example = await run();

    const users = await rowsOf(example, "users", ["email", "deleted_at", "deletion_id"]);
    const [deletedAt, deletionId] = users[0]!.slice(1);
    expect(deletedAt).not.toBeNull();
    expect(deletionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(users).toEqual([
      ["ada@example.com", deletedAt, deletionId],
      ["grace@example.com", null, null],
      ["ada@example.com", null, null],
    ]);
    expect(await rowsOf(example, "invoices", ["total", "deleted_at", "deletion_id"])).toEqual([
      [10, deletedAt, deletionId],
      [20, deletedAt, deletionId],
      [30, null, null],
    ]);
  });

  it("leaves the indexes of the base model on every table", async () => {
    const { dataSource } = await run();

    for (const table of ["users", "invoices"]) {
      expect(await indexedColumns(dataSource, table)).toEqual(
        expect.arrayContaining(["deleted_at,deletion_id", "deletion_id,deleted_at"]),
      );
    }
  });
});

/** The columns of each index, in its own order. */
async function indexedColumns(dataSource: DataSource, table: string): Promise<string[]> {
  if (dataSource.options.type === "postgres") {
    const indexes: { indexdef: string }[] = await dataSource.query(
      "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1",
      [table],
    );
    return indexes.map(({ indexdef }) => /\((.*?)\)/.exec(indexdef)![1]!.replace(/ /g, ""));
  }
  const runner = dataSource.createQueryRunner();
  const loaded = await runner.getTable(table);
  await runner.release();
  return loaded!.indices.map((index) => index.columnNames.join(","));
}
