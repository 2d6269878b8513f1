import "reflect-metadata";
import { EventSubscriber } from "typeorm";

import { leaning } from "./leaning";
import { isSubscriberClass } from "../../src/typeorm/decorator-storage";

class Undeclared {}

@EventSubscriber()
class Subscriber {}

class Subclass extends Subscriber {}

describe("decorator-storage", () => {
  leaning(
    "src/typeorm/decorator-storage.ts",
    "src/session/settings.ts (which refuses a subclass of the subscriber without the decorator)",
  ).itStill(
    "picks by filterSubscribers() the classes that have @EventSubscriber() of their own",
    () => [Subscriber, Subclass, Undeclared].map(isSubscriberClass),
    [true, false, false],
  );
});
