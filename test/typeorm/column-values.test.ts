import { Column, Entity, PrimaryColumn, type DataSource } from "typeorm";

import { fromDatabase, toDatabase } from "../../src/typeorm/column-values";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning(
  "src/typeorm/column-values.ts",
  "src/session/session.ts",
  "src/rows/key-text.ts",
  "src/purge/scope.ts",
);

@Entity("valued")
class Valued {
  @PrimaryColumn() id!: number;
  @Column({
    type: "varchar",
    transformer: { to: (n: number) => `#${n}`, from: (s: string) => Number(s.slice(1)) },
  })
  transformed!: number;
  @Column({ type: Date, precision: 3, nullable: true }) moment!: Date | null;
  @Column({ type: "boolean" }) yes!: boolean;
  @Column({ type: "simple-json" }) json!: object;
}

const VALUED = {
  id: 1,
  transformed: 7,
  moment: new Date("2026-01-02T03:04:05.678Z"),
  yes: true,
  json: { a: [1] },
};

function each<Result>(
  dataSource: DataSource,
  read: (column: ReturnType<DataSource["getMetadata"]>["columns"][number]) => Result,
): Record<string, Result> {
  const { columns } = dataSource.getMetadata(Valued);
  return Object.fromEntries(columns.map((column) => [column.propertyName, read(column)]));
}

describeEachDatabase("values of columns", (database) => {
  const opened = openOnce(database, [Valued]);
  const isSqlite = database.name === "better-sqlite3";

  itStill(
    "prepares values as its driver stores them: transformed, and on SQLite a moment as text",
    () =>
      each(opened.dataSource, (column) =>
        toDatabase(opened.dataSource, column, column.getEntityValue(VALUED)),
      ),
    {
      id: 1,
      transformed: "#7",
      moment: isSqlite ? "2026-01-02 03:04:05.678" : VALUED.moment,
      yes: isSqlite ? 1 : true,
      json: '{"a":[1]}',
    },
  );

  itStill(
    "writes three digits behind a whole second on SQLite, which src/purge/scope.ts leaves out",
    () => {
      const { dataSource } = opened;
      const moment = dataSource.getMetadata(Valued).findColumnWithPropertyName("moment")!;
      return toDatabase(dataSource, moment, new Date("2026-01-02T03:04:05Z"));
    },
    isSqlite ? "2026-01-02 03:04:05.000" : new Date("2026-01-02T03:04:05Z"),
  );

  itStill(
    "leaves null as it is",
    () => {
      const { dataSource } = opened;
      const moment = dataSource.getMetadata(Valued).findColumnWithPropertyName("moment")!;
      return [toDatabase(dataSource, moment, null), fromDatabase(dataSource, moment, null)];
    },
    [null, null],
  );

  itStill(
    "makes of raw values those that an object had",
    async () => {
      const { dataSource } = opened;
      await dataSource.getRepository(Valued).save(VALUED);
      const [row] = await dataSource.query<Record<string, unknown>[]>("SELECT * FROM valued");
      return each(dataSource, (column) =>
        fromDatabase(dataSource, column, row?.[column.databaseName]),
      );
    },
    VALUED,
  );
});
