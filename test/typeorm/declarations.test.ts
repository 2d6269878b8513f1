import "reflect-metadata";
import { DeleteDateColumn, EventSubscriber } from "typeorm";

import { deleteDateName, isSubscriberClass } from "../../src/typeorm/declarations";
import { leaning } from "./leaning";

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

describe("declarations", () => {
  leaning("src/typeorm/declarations.ts", "src/entity/unique-active.ts").itStill(
    "notes each decorated column with its class, mode and options in getMetadataArgsStorage()",
    () => [Named, Inheriting, Unnamed, Undeclared].map(deleteDateName),
    ["removed_on", "removed_on", "deletedAt", undefined],
  );

  leaning(
    "src/typeorm/declarations.ts",
    "src/session/settings.ts (which refuses a subclass of the subscriber without the decorator)",
  ).itStill(
    "picks by filterSubscribers() the classes that have @EventSubscriber() of their own",
    () => [Subscriber, Subclass, Undeclared].map(isSubscriberClass),
    [true, false, false],
  );
});
