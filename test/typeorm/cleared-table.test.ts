import { Column, DeleteDateColumn, Entity, EntityMetadata, PrimaryGeneratedColumn } from "typeorm";

import { clearedTable } from "../../src/typeorm/cleared-table";
import { describeEachDatabase, statementsOf } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning("src/typeorm/cleared-table.ts", "src/native/guards/hard-delete.ts");

@Entity({ name: "lonely" })
class Lonely {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
}

describeEachDatabase("clearedTable", (database) => {
  const opened = openOnce(database, [Author, Book, Tag, Lonely]);
  const tables = () => opened.dataSource.entityMetadatas.map((metadata) => ({ metadata }));
  const recognized = (statements: readonly string[]): (string | undefined)[] =>
    statements.map((text) => clearedTable(text, tables())?.metadata.name);

  itStill(
    "sends one statement for clear(), by whose text it is known",
    async () =>
      recognized(
        await statementsOf(opened.dataSource, () => opened.dataSource.manager.clear(Lonely)),
      ),
    ["Lonely"],
  );

  if (database.name === "postgres") {
    itStill(
      "sends one statement for clear() with cascade, by whose text it is known",
      async () =>
        recognized(
          await statementsOf(opened.dataSource, () =>
            opened.dataSource.manager.clear(Author, { cascade: true }),
          ),
        ),
      ["Author"],
    );
  }

  itStill(
    "sends no such statement for any other removal",
    async () => {
      const { manager } = opened.dataSource;
      const statements = await statementsOf(opened.dataSource, async () => {
        const [one, two] = await manager.save(Lonely, [{ name: "a" }, { name: "b" }]);
        await manager.delete(Lonely, one!.id);
        await manager.remove(Lonely, two!);
      });
      return recognized(statements).filter((name) => name !== undefined);
    },
    [],
  );
});

describe("clearedTable", () => {
  it("knows a table of another schema, and one whose own schema is left out", () => {
    const tables = ["app.note", "archive.note", "plain"].map((tablePath) => ({
      metadata: Object.assign(Object.create(EntityMetadata.prototype) as EntityMetadata, {
        tablePath,
      }),
    }));
    const path = (text: string) => clearedTable(text, tables)?.metadata.tablePath;

    expect(path('TRUNCATE TABLE "archive"."note"')).toBe("archive.note");
    expect(path('TRUNCATE TABLE "note" CASCADE')).toBe("app.note");
    expect(path("DELETE FROM `plain`")).toBe("plain");
    expect(path('DELETE FROM "plain" WHERE 1 = 1')).toBeUndefined();
    expect(path('TRUNCATE TABLE "other"')).toBeUndefined();
  });
});
