import type { DataSource } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { newDeletionId } from "../../src/rows/deletion-id";
import { describeEachDatabase, statementsOf } from "../harness";
import { findings } from "./found";
import { healthyZoo } from "./healthy-zoo";

describeEachDatabase("check() of rows", (database) => {
  const zoo = healthyZoo(database.name);
  const sql = (text: string): string =>
    database.name === "mysql" ? text.replaceAll('"', "`") : text;
  const STAMP = "2020-02-02 10:00:00";
  let dataSource: DataSource;

  const run = (text: string): Promise<unknown> => dataSource.query(sql(text));

  beforeEach(async () => {
    dataSource = await database.open(zoo.entities, {
      subscribers: [SoftDeleteSubscriber],
      // Under its own name, since @UniqueActive() needs it.
      ...(database.server === "mariadb" ? { type: "mariadb" as const } : {}),
    });
    await run(`INSERT INTO "user" ("id", "tenant", "email") VALUES (1, 1, 'a'), (2, 1, 'b')`);
    await run(
      `INSERT INTO "post" ("id", "authorId", "parentId") VALUES (1, 1, NULL), (2, 1, 1), (3, 2, NULL)`,
    );
    await run(`INSERT INTO "invoice" ("id", "payerId", "serial") VALUES (1, 2, 's')`);
  });

  it("finds nothing when all is well, deleted rows included", async () => {
    await new SoftDeleteManager(dataSource).softDelete(zoo.User, 1);
    await expect(findings(dataSource)).resolves.toEqual([]);
  });

  it("costs one SELECT for each soft-deletable table and each binding relation, reads the schema, and writes nothing", async () => {
    const statements = await statementsOf(dataSource, () => findings(dataSource));
    const ofRows = statements.filter((text) => /FROM ["`](user|post|invoice)["`]/.test(text));
    expect(ofRows).toHaveLength(2 + 3);
    for (const statement of statements) expect(statement).toMatch(/^(SELECT|PRAGMA) /);
  });

  it("counts deleted rows without a deletion id", async () => {
    await run(`UPDATE "post" SET "deletedAt" = '${STAMP}' WHERE "id" IN (2, 3)`);
    await expect(findings(dataSource)).resolves.toEqual([
      expect.objectContaining({
        code: "deleted-without-deletion-id",
        severity: "error",
        entity: "Post",
        count: 2,
      }),
    ]);
  });

  it("counts active rows with a deletion id", async () => {
    const { deletionId } = await new SoftDeleteManager(dataSource).softDelete(zoo.Post, 3);
    expect(deletionId).not.toBeNull();
    await run(`UPDATE "post" SET "deletedAt" = NULL`);
    await expect(findings(dataSource)).resolves.toEqual([
      expect.objectContaining({ code: "active-with-deletion-id", entity: "Post", count: 1 }),
    ]);
  });

  it("counts both directions of one table apart", async () => {
    const id = newDeletionId(new Date());
    await run(`UPDATE "post" SET "deletedAt" = '${STAMP}' WHERE "id" = 2`);
    await run(`UPDATE "post" SET "deletionId" = '${id}' WHERE "id" IN (1, 3)`);
    const all = await findings(dataSource);
    expect(all.map(({ code, count }) => [code, count])).toEqual([
      ["deleted-without-deletion-id", 1],
      ["active-with-deletion-id", 2],
    ]);
  });

  it("counts deletion ids that are not a UUIDv7", async () => {
    await new SoftDeleteManager(dataSource).softDelete(zoo.User, 1);
    await run(
      `UPDATE "post" SET "deletionId" = '0190163d-8694-4a00-8000-000000000000' WHERE "id" = 2`,
    );
    await expect(findings(dataSource)).resolves.toEqual([
      expect.objectContaining({ code: "invalid-deletion-id", entity: "Post", count: 1 }),
    ]);
  });

  it("counts active rows below a deleted parent, by relation", async () => {
    const id = newDeletionId(new Date(`${STAMP}Z`));
    const set = `SET "deletedAt" = '${STAMP}', "deletionId" = '${id}'`;
    await run(`UPDATE "user" ${set} WHERE "id" = 1`);
    await run(`UPDATE "post" ${set} WHERE "id" = 1`);
    const all = await findings(dataSource);
    expect(all.map(({ code, entity, count }) => [code, entity, count])).toEqual([
      ["active-below-deleted-parent", "Post", 1],
      ["active-below-deleted-parent", "Post", 1],
    ]);
    expect(all.map(({ message }) => message.split(" ")[0]).sort()).toEqual([
      "Post.author",
      "Post.parent",
    ]);
  });

  it("counts rows that cannot be soft-deleted below a deleted parent they restrict", async () => {
    const id = newDeletionId(new Date(`${STAMP}Z`));
    const set = `SET "deletedAt" = '${STAMP}', "deletionId" = '${id}'`;
    await run(`UPDATE "user" ${set} WHERE "id" = 2`);
    await run(`UPDATE "post" ${set} WHERE "id" = 3`);
    await expect(findings(dataSource)).resolves.toEqual([
      expect.objectContaining({ code: "active-below-deleted-parent", entity: "Invoice", count: 1 }),
    ]);
  });
});
