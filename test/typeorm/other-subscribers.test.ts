import { EventSubscriber, type BeforeQueryEvent, type EntitySubscriberInterface } from "typeorm";

import { ask, isWatched } from "../../src/typeorm/other-subscribers";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

let told: string[] = [];
let act: ((event: BeforeQueryEvent) => Promise<void>) | undefined;

@EventSubscriber()
class First implements EntitySubscriberInterface {
  async beforeQuery(event: BeforeQueryEvent): Promise<void> {
    if (!event.query.startsWith("UPDATE")) return;
    told.push("first");
    const own = act;
    act = undefined;
    await own?.(event);
  }
}

@EventSubscriber()
class Second implements EntitySubscriberInterface {
  static refuses = false;
  async beforeQuery({ query }: BeforeQueryEvent): Promise<void> {
    if (!query.startsWith("UPDATE")) return;
    await Promise.resolve();
    told.push("second");
    if (Second.refuses) throw new Error("refused");
  }
}

describeEachDatabase("other-subscribers", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [First, Second] });
  afterEach(() => {
    Second.refuses = false;
  });

  leaning("src/typeorm/other-subscribers.ts", "src/native/statement-calls.ts").itStill(
    "asks all subscribers before it sends a statement, and lets them be asked once more",
    async () => {
      const { manager } = opened.dataSource;
      told = [];
      act = async (event) => {
        if (isWatched(event)) await ask(event);
        told.push("asked");
      };
      await manager.update(Author, 1, { name: "b" });
      return told;
    },
    ["first", "first", "second", "second", "asked"],
  );

  leaning("src/typeorm/other-subscribers.ts", "src/native/statement-calls.ts").itStill(
    "sends no statement that one of them refuses",
    async () => {
      const { manager } = opened.dataSource;
      Second.refuses = true;
      let asked: unknown;
      act = (event) =>
        ask(event).catch((error: unknown) => {
          asked = error;
        });
      const result = await manager
        .update(Author, 1, { name: "b" })
        .catch((error: unknown) => error);
      return [String(asked), String(result)];
    },
    ["Error: refused", "Error: refused"],
  );
});
