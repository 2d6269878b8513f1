import {
  Column,
  Entity,
  PrimaryGeneratedColumn,
  type EntityTarget,
  type ObjectLiteral,
} from "typeorm";

import { databaseType } from "../../src/typeorm/column-types";
import { describeEachDatabase } from "../harness";
import { leaning } from "./leaning";

const { itStill } = leaning(
  "src/typeorm/column-types.ts",
  "src/sql/keys.ts",
  "src/session/session.ts",
  "src/purge/free.ts",
  "src/check/set-up.ts",
);

class Kinds {
  @PrimaryGeneratedColumn() number!: number;
  @Column({ type: "bigint" }) big!: string;
  @Column({ type: "smallint" }) small!: number;
  @Column() string!: string;
  @Column({ type: "text" }) text!: string;
  @Column({ type: "uuid" }) uuid!: string;
  @Column() moment!: Date;
  @Column({ type: "date" }) day!: string;
  @Column({ type: "boolean" }) yes!: boolean;
  @Column({ type: "simple-json" }) json!: object;
}

@Entity("kinds")
class CommonKinds extends Kinds {}

@Entity("kinds")
class PostgresKinds extends Kinds {
  @Column({ type: "timestamptz" }) zoned!: Date;
  @Column({ type: "time" }) time!: string;
}

@Entity("kinds")
class MysqlKinds extends Kinds {
  @Column({ type: "timestamp", nullable: true }) zoned!: Date;
  @Column({ type: "float" }) float!: number;
  @Column({ type: "enum", enum: ["a"] }) choice!: string;
}

const KINDS: Record<string, [entity: EntityTarget<ObjectLiteral>, types: Record<string, string>]> =
  {
    "better-sqlite3": [
      CommonKinds,
      {
        number: "integer",
        big: "bigint",
        small: "smallint",
        string: "varchar",
        text: "text",
        uuid: "varchar",
        moment: "datetime",
        day: "date",
        yes: "boolean",
        json: "text",
      },
    ],
    postgres: [
      PostgresKinds,
      {
        number: "integer",
        big: "bigint",
        small: "smallint",
        string: "character varying",
        text: "text",
        uuid: "uuid",
        moment: "timestamp without time zone",
        zoned: "timestamp with time zone",
        day: "date",
        time: "time without time zone",
        yes: "boolean",
        json: "text",
      },
    ],
    mysql: [
      MysqlKinds,
      {
        number: "int",
        big: "bigint",
        small: "smallint",
        string: "varchar",
        text: "text",
        uuid: "uuid or varchar",
        moment: "datetime",
        zoned: "timestamp",
        day: "date",
        yes: "tinyint",
        json: "text",
        float: "float",
        choice: "enum",
      },
    ],
  };

describeEachDatabase("databaseType", (database) => {
  const [entity, types] = KINDS[database.name] ?? [CommonKinds, {}];

  itStill(
    "calls column types by these names in normalizeType()",
    async () => {
      const dataSource = await database.open([entity as () => unknown]);
      const { columns } = dataSource.getMetadata(entity);
      return Object.fromEntries(
        columns.map((column) => {
          const type = databaseType(dataSource, column);
          // MariaDB has it from 10.7, where the data source's type says so.
          const either = database.name === "mysql" && /^(uuid|varchar)$/.test(type);
          return [column.propertyName, column.type === "uuid" && either ? "uuid or varchar" : type];
        }),
      );
    },
    types,
  );
});
