import "reflect-metadata";
import { DataSource } from "typeorm";

import { dataSourceOptions, type ProofDatabaseName } from "../faults/databases";
import { Random } from "../faults/random";
import { PrivateRows, type Exclusive } from "./private-rows";
import { PRIVATE, randomStep } from "./steps";
import { classOf, count, isExpected, type Report } from "./tally";

/** What a process is told to do. */
export interface SoakOrder {
  readonly database: ProofDatabaseName;
  readonly place: string;
  readonly seed: number;
  /** Which of the processes it is, from 0. */
  readonly number: number;
  readonly callers: number;
  /** Only calls of one kind; inserts are TypeORM's all the same. */
  readonly by?: "own" | "native" | undefined;
  readonly milliseconds: number;
  /** How many calls each caller makes at most. */
  readonly calls?: number | undefined;
}

/** Thrown by a caller who changes his mind. */
class ChangedMind extends Error {}

const report: Report = { resolved: {}, rejected: {}, wrong: [] };

/** Transactions of a caller's own on one shared connection are TypeORM's, which interleaves them: they take turns. */
function turns(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

async function callShared(
  dataSource: DataSource,
  random: Random,
  fresh: () => number,
  exclusive: Exclusive,
  by: SoakOrder["by"],
): Promise<void> {
  const inTransaction = random.below(4) === 0;
  const steps = Array.from({ length: inTransaction ? 1 + random.below(3) : 1 }, () =>
    randomStep(random, fresh, by),
  );
  let [step] = steps;
  const name = (): string => `${step!.by}${inTransaction ? " in a transaction" : ""}`;
  try {
    if (inTransaction) {
      await exclusive(() =>
        dataSource.transaction(async (manager) => {
          for (step of steps) await step.run(manager);
          if (random.below(4) === 0) throw new ChangedMind();
        }),
      );
    } else if (step!.opens) await exclusive(() => step!.run(dataSource.manager));
    else await step!.run(dataSource.manager);
    count(report.resolved, name());
  } catch (error) {
    const kind = error instanceof ChangedMind ? "rolled back" : classOf(error);
    count(report.rejected, `${name()}: ${kind}`);
    if (isExpected(step!.by, inTransaction, kind)) return;
    report.wrong.push(`${name()} ${step!.name}: ${kind}`);
  }
}

async function callPrivate(rows: PrivateRows, exclusive: Exclusive): Promise<void> {
  const { way, run } = rows.next();
  try {
    for (const wrong of await run(exclusive)) report.wrong.push(`${way}: ${wrong}`);
    count(report.resolved, `${way}, on rows of its own`);
  } catch (error) {
    const kind = classOf(error);
    count(report.rejected, `${way}, on rows of its own: ${kind}`);
    const by = way.startsWith("own") ? "own" : "native";
    // Nothing on these rows refuses a call.
    const refused = kind.endsWith("Error") || kind === "row not found" || kind === "foreign key";
    if (refused || !isExpected(by, way.endsWith("transaction"), kind)) {
      report.wrong.push(`${way}, on rows of its own: ${kind}: ${String(error)}`);
    }
    for (const wrong of await rows.wrong()) report.wrong.push(`${way} was rejected: ${wrong}`);
  }
}

/** What was counted so far, for those who watch. */
function progress({ database, number }: SoakOrder): string {
  const sum = (counts: Readonly<Record<string, number>>): string =>
    String(Object.values(counts).reduce((all, one) => all + one, 0));
  return (
    `${new Date().toISOString().slice(11, 19)} ${database}, process ${String(number)}: ` +
    `${sum(report.resolved)} calls resolved, ${sum(report.rejected)} rejected, ` +
    `${String(report.wrong.length)} wrong`
  );
}

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2]!) as SoakOrder;
  const options = dataSourceOptions(order.database, order.place, order.callers + 1);
  const dataSource = await new DataSource(options).initialize();
  const shared = order.database.startsWith("sqlite");
  const exclusive: Exclusive = shared ? turns() : (work) => work();
  let keys = 0;
  const fresh = (): number => 1_000 + 2 * keys++ + order.number;
  const end = Date.now() + order.milliseconds;
  const caller = async (number: number): Promise<void> => {
    const random = new Random(order.seed + 7919 * number);
    const rows = new PrivateRows(dataSource, random, number, order.by);
    for (let call = 0; call < (order.calls ?? Infinity) && Date.now() < end; call++) {
      if (random.below(3) === 0) await callPrivate(rows, exclusive);
      else await callShared(dataSource, random, fresh, exclusive, order.by);
    }
    for (const wrong of await rows.wrong()) report.wrong.push(`in the end: ${wrong}`);
  };
  const numbers = Array.from(
    { length: order.callers },
    (_, at) => order.number * order.callers + at,
  );
  setInterval(() => process.send?.(progress(order)), 60_000).unref();
  await Promise.all(numbers.map(caller));
  if (fresh() >= PRIVATE) throw new Error("The keys of shared rows have run into private ones.");
  await dataSource.destroy();
  process.send?.(report, () => {
    process.disconnect();
  });
}

process.on("unhandledRejection", (reason) => {
  report.wrong.push(`a rejection that nobody has handled: ${String(reason)}`);
});

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
