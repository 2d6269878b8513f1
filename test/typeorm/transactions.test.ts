import { EventSubscriber, type EntitySubscriberInterface, type QueryRunner } from "typeorm";

import {
  begin,
  commit,
  connectionOf,
  endsInHidden,
  isInHiddenTransaction,
  isInTransaction,
  releaseSavepoint,
  rollBack,
  rollBackToSavepoint,
  setSavepoint,
  startsInHidden,
  stillStarts,
  waitsToStart,
} from "../../src/typeorm/transactions";
import { describeEachDatabase, statementsOf } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const FILE = "src/typeorm/transactions.ts";
const OTHERS = ["src/session/open-transaction.ts", "src/native/connection-gate.ts"];

type Event = "starting" | "started" | "committing" | "committed" | "rolling back" | "rolled back";
let told: Event[] = [];
let act: Partial<Record<Event, (runner: QueryRunner) => void>> = {};

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  beforeTransactionStart = tell("starting");
  afterTransactionStart = tell("started");
  beforeTransactionCommit = tell("committing");
  afterTransactionCommit = tell("committed");
  beforeTransactionRollback = tell("rolling back");
  afterTransactionRollback = tell("rolled back");
}

function tell(event: Event) {
  return ({ queryRunner }: { queryRunner: QueryRunner }): void => {
    told.push(event);
    act[event]?.(queryRunner);
  };
}

describeEachDatabase("transactions", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [Listening] });
  beforeEach(async () => {
    await opened.dataSource.manager.deleteAll(Tag);
    told = [];
    act = {};
  });
  const tags = async (): Promise<number[]> =>
    (await opened.dataSource.manager.find(Tag, { order: { id: "ASC" } })).map(({ id }) => id);

  async function onRunner<Result>(work: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    const runner = opened.dataSource.createQueryRunner();
    try {
      return await work(runner);
    } finally {
      await runner.release();
    }
  }

  leaning(FILE, ...OTHERS).itStill(
    "counts transactionDepth from 0, and sets it, but not isTransactionActive, after beforeTransactionStart",
    () =>
      onRunner(async (runner) => {
        const seen: unknown[] = [isInTransaction(runner)];
        act = { starting: () => seen.push([isInTransaction(runner), runner.isTransactionActive]) };
        await runner.startTransaction();
        seen.push(isInTransaction(runner));
        await runner.startTransaction();
        await runner.commitTransaction();
        seen.push(isInTransaction(runner));
        await runner.rollbackTransaction();
        seen.push(isInTransaction(runner), runner.isTransactionActive);
        return seen;
      }),
    [false, [false, true], true, [true, true], true, false, false],
  );

  leaning(FILE, ...OTHERS).itStill(
    "tells a savepoint from a transaction, and what ends them, by the two fields",
    () =>
      onRunner(async (runner) => {
        await begin(runner, ["BEGIN"], false);
        const statements = await statementsOf(opened.dataSource, async () => {
          await runner.manager.insert(Tag, { id: 1 });
          await runner.startTransaction();
          await runner.manager.insert(Tag, { id: 2 });
          await runner.rollbackTransaction();
          await runner.startTransaction();
          await runner.manager.insert(Tag, { id: 3 });
          await runner.commitTransaction();
          await commit(runner, () => undefined);
        });
        const ends = statements.filter((statement) => !/^(INSERT|SELECT)/.test(statement));
        return [ends, await tags(), runner.isTransactionActive];
      }),
    [
      [
        "SAVEPOINT typeorm_1",
        "ROLLBACK TO SAVEPOINT typeorm_1",
        "SAVEPOINT typeorm_1",
        "RELEASE SAVEPOINT typeorm_1",
        "COMMIT",
      ],
      [1, 3],
      false,
    ],
  );

  leaning(FILE, ...OTHERS).itStill(
    "takes a hidden transaction for none, and reads transactionDepth after beforeTransactionStart",
    () =>
      onRunner(async (runner) => {
        await begin(runner, ["BEGIN"], true);
        const seen: unknown[] = [runner.isTransactionActive, isInHiddenTransaction(runner)];
        act = { starting: startsInHidden, committed: endsInHidden, "rolled back": endsInHidden };
        await runner.manager.transaction((inner) => inner.insert(Tag, { id: 1 }));
        seen.push(runner.isTransactionActive);
        await runner.manager
          .transaction(async (inner) => {
            await inner.insert(Tag, { id: 2 });
            throw new Error("undone");
          })
          .catch(() => undefined);
        seen.push(runner.isTransactionActive);
        await commit(runner, () => undefined);
        return [...seen, isInHiddenTransaction(runner), await tags()];
      }),
    [false, true, false, false, false, [1]],
  );

  leaning(FILE, ...OTHERS).itStill(
    "is told of transactions and savepoints of this package's as of its own",
    () =>
      onRunner(async (runner) => {
        await begin(runner, ["BEGIN"], false);
        await setSavepoint(runner, "a", () => undefined);
        await rollBackToSavepoint(runner, "a");
        await setSavepoint(runner, "b", () => undefined);
        await releaseSavepoint(runner, "b", () => undefined);
        await rollBack(runner);
        return told;
      }),
    ["starting", "started", "started", "rolled back", "started", "committed", "rolled back"],
  );

  leaning(FILE, ...OTHERS).itStill(
    "lets isTransactionActive be set anew in beforeTransactionStart",
    () =>
      onRunner(async (runner) => {
        const seen: boolean[] = [];
        act = {
          starting: () => {
            waitsToStart(runner);
            seen.push(runner.isTransactionActive);
            stillStarts(runner);
          },
        };
        await runner.startTransaction();
        await runner.commitTransaction();
        return [...seen, runner.isTransactionActive];
      }),
    [false, false],
  );

  leaning(FILE, ...OTHERS).itStill(
    "keeps what a query runner has borrowed in databaseConnection",
    () =>
      onRunner(async (runner) => {
        const before = connectionOf(runner) === runner;
        await runner.manager.count(Tag);
        return [before, connectionOf(runner) === runner];
      }),
    // SQLite has one connection, for which nothing is borrowed.
    [true, database.name === "better-sqlite3"],
  );
});
