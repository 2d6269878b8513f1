import {
  EventSubscriber,
  type EntityManager,
  type EntitySubscriberInterface,
  type QueryRunner,
  type SoftRemoveEvent,
} from "typeorm";

import { connectedManager, managerAfterHooks } from "../../src/typeorm/connections";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const FILE = "src/typeorm/connections.ts";

/** Throws in the hook after a soft delete, when it is to. */
@EventSubscriber()
class Throwing implements EntitySubscriberInterface {
  static throws = false;
  afterSoftRemove(): Promise<void> {
    return Throwing.throws ? Promise.reject(new Error("thrown")) : Promise.resolve();
  }
}

/** Is at work in that hook meanwhile, as this package's subscriber is. */
@EventSubscriber()
class AtWork implements EntitySubscriberInterface {
  static manager: Promise<EntityManager> | undefined;
  static runner: QueryRunner | undefined;
  async afterSoftRemove({ queryRunner }: SoftRemoveEvent<Author>): Promise<void> {
    AtWork.runner = queryRunner;
    AtWork.manager = managerAfterHooks(queryRunner);
    await AtWork.manager;
  }
}

describeEachDatabase("connections", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], {
    subscribers: [Throwing, AtWork],
  });
  // SQLite's single connection is never released.
  const pools = database.name !== "better-sqlite3";

  leaning(FILE, "src/native/guards/reference-guard.ts").itStill(
    "says of a released connection that it is, by QueryRunner.isReleased",
    async () => {
      const { dataSource } = opened;
      const runner = dataSource.createQueryRunner();
      const before = connectedManager(runner) === runner.manager;
      await runner.release();
      return [before, connectedManager(runner) === dataSource.manager];
    },
    [true, pools],
  );

  leaning(FILE, "src/native/object-calls.ts").itStill(
    "releases a call's connection in the turn in which a hook throws, while other hooks are at work",
    async () => {
      const { manager } = opened.dataSource;
      Throwing.throws = true;
      const result = await manager.softDelete(Author, 1).catch((error: unknown) => error);
      Throwing.throws = false;
      const used = await AtWork.manager;
      return [String(result), used === manager, used === AtWork.runner?.manager];
    },
    ["Error: thrown", pools, !pools],
  );

  leaning(FILE, "src/native/object-calls.ts").itStill(
    "keeps it where no hook throws",
    async () => {
      await opened.dataSource.manager.softDelete(Author, 1);
      return (await AtWork.manager) === AtWork.runner?.manager;
    },
    true,
  );
});
