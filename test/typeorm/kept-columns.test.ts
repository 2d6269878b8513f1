import { Column, Entity, PrimaryColumn } from "typeorm";

import { isInserted, keepFromUpdates } from "../../src/typeorm/kept-columns";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

@Entity("kept")
class Kept {
  @PrimaryColumn() id!: number;
  @Column() name!: string;
  @Column({ default: "ours" }) own!: string;
  @Column({ default: "ours", insert: false }) sealed!: string;
}

describeEachDatabase("kept-columns", (database) => {
  const opened = openOnce(database, [Kept]);

  leaning("src/typeorm/kept-columns.ts", "src/plan/soft-delete-graph.ts").itStill(
    "leaves a column whose isUpdate has been set to false out of whatever it writes into rows that are there",
    async () => {
      const { manager } = opened.dataSource;
      keepFromUpdates(manager.dataSource.getMetadata(Kept).findColumnWithPropertyName("own")!);
      const row = await manager.save(manager.create(Kept, { id: 1, name: "a" }));
      const written: string[] = [];
      const wrote = async (): Promise<void> => {
        const { name, own } = await manager.findOneByOrFail(Kept, { id: 1 });
        written.push(`${name} ${own}`);
      };
      await manager.save(Object.assign(row, { name: "b", own: "theirs" }));
      await wrote();
      await manager.update(Kept, 1, { name: "c", own: "theirs" });
      await wrote();
      await manager.upsert(Kept, { id: 1, name: "d", own: "theirs" }, ["id"]);
      await wrote();
      await manager.insert(Kept, { id: 2, name: "e", own: "inserted" });
      const inserted = await manager.findOneByOrFail(Kept, { id: 2 });
      return [...written, inserted.own];
    },
    ["b ours", "c ours", "d ours", "inserted"],
  );

  leaning("src/typeorm/kept-columns.ts", "src/native/inserted-rows.ts").itStill(
    "leaves a column out of inserts where its option says so, and isInsert tells",
    async () => {
      const { manager } = opened.dataSource;
      const column = (name: string) =>
        manager.dataSource.getMetadata(Kept).findColumnWithPropertyName(name)!;
      await manager.insert(Kept, { id: 3, name: "f", sealed: "theirs" });
      const { sealed } = await manager.findOneByOrFail(Kept, { id: 3 });
      return [sealed, isInserted(column("sealed")), isInserted(column("name"))];
    },
    ["ours", false, true],
  );
});
