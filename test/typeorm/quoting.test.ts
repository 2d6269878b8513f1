import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

import { quoted, quotedTable } from "../../src/typeorm/quoting";
import { describeEachDatabase } from "../harness";
import { leaning } from "./leaning";

const { itStill } = leaning("src/typeorm/quoting.ts", "src/sql/names.ts");

@Entity("plain")
class Plain {
  @PrimaryGeneratedColumn() id!: number;
  @Column() order!: string;
}

@Entity({ name: "remote", schema: "elsewhere" })
class Remote {
  @PrimaryGeneratedColumn() id!: number;
}

describeEachDatabase("quoting", (database) => {
  const mark = database.name === "mysql" ? "`" : '"';

  itStill(
    "quotes a name by its driver's escape()",
    async () => quoted(await database.open([Plain]), "order"),
    `${mark}order${mark}`,
  );

  itStill(
    "quotes the parts of a table's path one by one, and names the table so in its queries",
    async () => {
      const dataSource = await database.open([Plain, Remote], { synchronize: false });
      return [Plain, Remote].map((entity) => {
        const query = dataSource.createQueryBuilder(entity, "c").select("1").getQuery();
        const name = quotedTable(dataSource.getMetadata(entity));
        return query === `SELECT 1 FROM ${name} ${mark}c${mark}` ? "the same" : [query, name];
      });
    },
    ["the same", "the same"],
  );
});
