import {
  EventSubscriber,
  type EntitySubscriberInterface,
  type InsertEvent,
  type RecoverEvent,
  type SoftRemoveEvent,
  type UpdateEvent,
} from "typeorm";

import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";
import {
  callOf,
  insertedObject,
  isSaved,
  removedId,
  storedRow,
} from "../../src/typeorm/hook-events";

const FILE = "src/typeorm/hook-events.ts";

let told: unknown[] = [];
let calls: object[] = [];

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  beforeUpdate(event: UpdateEvent<Author>): void {
    const columns = event.updatedColumns.map((column) => column.propertyName);
    told.push([event.entity?.["name"], (storedRow(event) as Author | undefined)?.name, columns]);
  }
  beforeInsert(event: InsertEvent<Author>): void {
    const object = insertedObject(event) as Author | undefined;
    if (object) object.name += "!";
    told.push(object ? object.name : "nobody");
    calls.push(callOf(event));
  }
  afterInsert(event: InsertEvent<Author>): void {
    told.push(isSaved(event));
  }
  beforeSoftRemove(event: SoftRemoveEvent<Author>): void {
    told.push([removedId(event), event.entity?.name]);
  }
  beforeRecover(event: RecoverEvent<Author>): void {
    told.push([removedId(event), event.entity?.name]);
  }
}

describeEachDatabase("hook-events", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [Listening] });
  let ada: Author;
  beforeEach(async () => {
    const { manager } = opened.dataSource;
    await manager.deleteAll(Author);
    ada = await manager.save(manager.create(Author, { id: 1, name: "ada" }));
    told = [];
  });

  leaning(
    FILE,
    "src/native/native-call.ts",
    "src/native/guards/references.ts",
    "src/native/guards/deleted-write.ts",
    "src/native/guards/hidden-references.ts",
  ).itStill(
    "tells beforeUpdate the row from the database for save(), and none for update(), with what that sets as entity",
    async () => {
      const { manager } = opened.dataSource;
      ada.name = "anna";
      await manager.save(ada);
      await manager.update(Author, 1, { name: "anne" });
      await manager
        .createQueryBuilder()
        .update(Author)
        .set({ name: "ann" })
        .where({ id: 1 })
        .execute();
      return told;
    },
    [
      ["anna", "ada!", ["name"]],
      ["anne", undefined, []],
      ["ann", undefined, []],
    ],
  );

  leaning(FILE, "src/native/soft-delete-subscriber.ts (#stampInserted)").itStill(
    "inserts what beforeInsert has set on the object, by save(), insert() and the query builder",
    async () => {
      const { manager } = opened.dataSource;
      await manager.save(Author, { id: 2, name: "bob" });
      await manager.insert(Author, { id: 3, name: "eve" });
      return (await manager.find(Author, { order: { id: "ASC" } })).map(({ name }) => name);
    },
    ["ada!", "bob!", "eve!"],
  );

  leaning(FILE, "src/native/guards/references.ts").itStill(
    "gives afterInsert an entityId for save(), and none for insert()",
    async () => {
      const { manager } = opened.dataSource;
      await manager.save(Author, { id: 2, name: "bob" });
      await manager.insert(Author, { id: 3, name: "eve" });
      return told;
    },
    ["bob!", true, "eve!", false],
  );

  leaning(FILE, "src/native/guards/references.ts").itStill(
    "gives no entity for a row of a junction table, and tells nothing of an insert from a SELECT",
    async () => {
      const { manager } = opened.dataSource;
      await manager.insert(Tag, { id: 1 });
      ada.tags = [manager.create(Tag, { id: 1 })];
      told = [];
      await manager.save(ada);
      await manager
        .createQueryBuilder()
        .insert()
        .into(Author, ["id", "name"])
        .valuesFromSelect((query) =>
          query.select("a.id + 1").addSelect("UPPER(a.name)").from(Author, "a"),
        )
        .execute();
      return [told, await manager.count(Author)];
    },
    [["nobody", true], 2],
  );

  leaning(FILE, "src/native/native-call.ts", "src/native/notes.ts").itStill(
    "tells the soft-remove hooks the key and object of each row, and of criteria once that there is a call",
    async () => {
      const { manager } = opened.dataSource;
      await manager.softRemove(ada);
      await manager.recover(ada);
      await manager.softDelete(Author, [1, 2]);
      await manager.restore(Author, { name: "ada!" });
      await manager.createQueryBuilder().softDelete().from(Author).where({ id: 1 }).execute();
      return told;
    },
    [
      [{ id: 1 }, "ada!"],
      [{ id: 1 }, "ada!"],
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ],
  );

  leaning(
    FILE,
    "src/native/inserted-rows.ts",
    "src/native/guards/insert-calls.ts",
    "src/native/guards/reference-guard.ts",
  ).itStill(
    "gives each call outside a transaction a manager of its own, all its rows the same, and those of a transaction one",
    async () => {
      const { manager } = opened.dataSource;
      const row = (id: number) => ({ id, name: "x" });
      calls = [];
      await Promise.all([manager.insert(Author, [row(2), row(3)]), manager.insert(Author, row(4))]);
      const alone = calls.map((call) => calls.indexOf(call));
      calls = [];
      await manager.transaction((inner) =>
        Promise.all([inner.insert(Author, row(5)), inner.insert(Author, row(6))]),
      );
      return [alone, calls.map((call) => calls.indexOf(call))];
    },
    [
      [0, 0, 2],
      [0, 0],
    ],
  );
});
