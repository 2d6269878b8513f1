import { EventSubscriber, type AfterQueryEvent, type EntitySubscriberInterface } from "typeorm";

import { affectedRows } from "../../src/typeorm/affected-rows";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

let told: (number | undefined)[] = [];
let failed: boolean[] = [];

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  async afterQuery({ query, success, rawResults }: AfterQueryEvent): Promise<void> {
    if (!query.startsWith("UPDATE")) return;
    told.push(affectedRows(rawResults));
    failed.push(!success);
    await new Promise((resolve) => setTimeout(resolve, 5));
    told.push(-1);
  }
}

describeEachDatabase("affected-rows", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [Listening] });
  const says = (count: number) => (database.name === "better-sqlite3" ? undefined : count);

  leaning("src/typeorm/affected-rows.ts", "src/native/statement-calls.ts").itStill(
    "gives afterQuery what the driver has returned, and waits for it before it goes on",
    async () => {
      const { manager } = opened.dataSource;
      await manager.insert(Author, [
        { id: 1, name: "a" },
        { id: 2, name: "a" },
      ]);
      told = [];
      // The second one changes nothing that was not so already.
      for (const name of ["b", "b"])
        await manager.update(Author, {}, { name }).catch(() => undefined);
      for (const name of ["b", "b"]) await manager.updateAll(Author, { name });
      return told;
    },
    [says(2), -1, says(2), -1],
  );

  leaning("src/typeorm/affected-rows.ts", "src/native/statement-calls.ts").itStill(
    "tells afterQuery of a statement that has failed as well",
    async () => {
      const { manager } = opened.dataSource;
      failed = [];
      await manager.query("UPDATE no_such_table SET a = 1").catch(() => undefined);
      return failed;
    },
    [true],
  );
});
