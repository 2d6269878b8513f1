import "reflect-metadata";
import { DeleteDateColumn, EventSubscriber } from "typeorm";

import { leaning } from "./leaning";
import { deleteDateName, isSubscriberClass } from "../../src/typeorm/decorator-storage";

class Named {
  @DeleteDateColumn({ name: "removed_on" }) removedOn!: Date | null;
}

class Inheriting extends Named {}

class Unnamed {
  @DeleteDateColumn() deletedAt!: Date | null;
}

class Undeclared {}

@EventSubscriber()
class Subscriber {}

class Subclass extends Subscriber {}

describe("decorator-storage", () => {
  leaning("src/typeorm/decorator-storage.ts", "src/entity/unique-active.ts").itStill(
    "notes each decorated column with its class, mode and options in getMetadataArgsStorage()",
    () => [Named, Inheriting, Unnamed, Undeclared].map(deleteDateName),
    ["removed_on", "removed_on", "deletedAt", undefined],
  );

  leaning(
    "src/typeorm/decorator-storage.ts",
    "src/session/settings.ts (which refuses a subclass of the subscriber without the decorator)",
  ).itStill(
    "picks by filterSubscribers() the classes that have @EventSubscriber() of their own",
    () => [Subscriber, Subclass, Undeclared].map(isSubscriberClass),
    [true, false, false],
  );
});
