import {
  Column,
  Entity,
  EventSubscriber,
  PrimaryColumn,
  type BeforeQueryEvent,
  type EntitySubscriberInterface,
} from "typeorm";

import {
  isOfSchemaBuilder,
  keepsRetypedColumns,
  loadedTableOf,
  loadedTables,
} from "../../src/typeorm/schema-builder";
import { describeEachDatabase } from "../harness";
import { leaning } from "./leaning";

@Entity("built")
class Built {
  @PrimaryColumn() id!: number;
  @Column({ type: Date, nullable: true }) at!: Date | null;
}

/** How often the schema builder was seen, each time with what it had loaded of the table. */
const seen: (string | undefined)[] = [];

@EventSubscriber()
class Watcher implements EntitySubscriberInterface {
  beforeQuery(event: BeforeQueryEvent): void {
    if (!isOfSchemaBuilder(event)) return;
    const metadata = event.dataSource.getMetadata(Built);
    const table = loadedTableOf(metadata, loadedTables(event.queryRunner));
    seen.push(table?.columns.find(({ name }) => name === "at")?.name);
  }
}

describeEachDatabase("the statements of a schema builder", (database) => {
  beforeEach(() => {
    seen.length = 0;
  });

  const { itStill } = leaning(
    "src/typeorm/schema-builder.ts",
    "src/native/guards/dropped-delete-date.ts",
  );

  itStill(
    "asks for its metadata table once it has loaded all tables, to synchronize and to generate a migration",
    async () => {
      const dataSource = await database.open([Built], { subscribers: [Watcher] });
      seen.length = 0;
      await dataSource.synchronize();
      await dataSource.driver.createSchemaBuilder().log();
      return seen;
    },
    ["at", "at"],
  );

  itStill(
    "asks for it in no change that a query runner makes to a table",
    async () => {
      const dataSource = await database.open([Built], { subscribers: [Watcher] });
      seen.length = 0;
      const runner = dataSource.createQueryRunner();
      await runner.getTable("built");
      await runner.dropColumn("built", "at");
      await runner.dropTable("built");
      await runner.release();
      return seen;
    },
    [],
  );

  itStill(
    "gives a loaded table the columns with type and nullability",
    async () => {
      const dataSource = await database.open([Built]);
      const runner = dataSource.createQueryRunner();
      const tables = await runner.getTables(["built"]);
      await runner.release();
      const table = loadedTableOf(dataSource.getMetadata(Built), tables);
      return table?.columns
        .map(({ name, type, isNullable }) => [name, /^(date|timestamp)/.test(type), isNullable])
        .sort();
    },
    [
      ["at", true, true],
      ["id", false, false],
    ],
  );

  itStill(
    "drops a column whose type changes and adds it anew, except on SQLite, which copies the table",
    async () => {
      const before = await database.open([Built], { file: true });
      await before.manager.insert(Built, { id: 1, at: new Date() });
      await before.destroy();
      @Entity("built")
      class Retyped {
        @PrimaryColumn() id!: number;
        @Column({ type: "date", nullable: true }) at!: unknown;
      }
      const after = await database.connect([Retyped], { file: true });
      await after.synchronize();
      const { at } = await after.manager.findOneByOrFail(Retyped, { id: 1 });
      return (at !== null) === keepsRetypedColumns(after);
    },
    true,
  );
});
