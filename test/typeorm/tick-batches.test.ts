import {
  EventSubscriber,
  type EntitySubscriberInterface,
  type RecoverEvent,
  type SoftRemoveEvent,
} from "typeorm";

import { TickBatches } from "../../src/typeorm/tick-batches";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

let batches: string[][] = [];

@EventSubscriber()
class Batching implements EntitySubscriberInterface {
  readonly #batches = new TickBatches<string>();

  afterSoftRemove({ queryRunner, entity }: SoftRemoveEvent<Author | Book>): Promise<void> {
    return this.#batches.add(queryRunner, entity ? nameOf(entity) : "criteria", async (items) => {
      batches.push([...items]);
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
  }
  afterRecover(event: RecoverEvent<Author | Book>): Promise<void> {
    return this.afterSoftRemove(event);
  }
}

function nameOf(object: Author | Book): string {
  return "name" in object ? object.name : object.title;
}

describeEachDatabase("TickBatches", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [Batching] });

  leaning(
    "src/typeorm/tick-batches.ts",
    "src/native/native-calls.ts",
    "src/native/guards/reference-guard.ts",
  ).itStill(
    "starts the hooks of all rows of one call in one turn, cascaded ones included",
    async () => {
      const { manager } = opened.dataSource;
      const authors = ["ada", "bob"].map((name, at) =>
        manager.create(Author, { id: at, name, books: [{ id: at, title: `by ${name}` }] }),
      );
      await manager.save(authors);
      batches = [];
      await manager.softRemove(authors);
      await manager.recover(authors);
      await manager.softDelete(Author, [0, 1]);
      return batches.map((batch) => [...batch].sort());
    },
    [["ada", "bob", "by ada", "by bob"], ["ada", "bob", "by ada", "by bob"], ["criteria"]],
  );
});
