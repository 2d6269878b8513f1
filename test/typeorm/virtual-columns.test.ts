import { Column, Entity, PrimaryColumn, VirtualColumn } from "typeorm";

import { virtualSql } from "../../src/typeorm/virtual-columns";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

const { itStill } = leaning("src/typeorm/virtual-columns.ts", "src/rows/where/operators.ts");

@Entity("doubled")
class Doubled {
  @PrimaryColumn() id!: number;
  @Column() name!: string;
  @VirtualColumn({ query: (alias) => `SELECT ${alias}.id * 2` }) twice!: number;
}

describeEachDatabase("virtual columns", (database) => {
  const opened = openOnce(database, [Doubled]);

  itStill(
    "keeps the SQL of a virtual column with its metadata",
    () => {
      const { columns } = opened.dataSource.getMetadata(Doubled);
      return columns.map((column) => [column.propertyName, virtualSql(column, "r1")]);
    },
    [
      ["id", undefined],
      ["name", undefined],
      ["twice", "(SELECT r1.id * 2)"],
    ],
  );
});
