import { fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { DataSource } from "typeorm";

import { createDatabase } from "../faults/create-database";
import type { ProofDatabaseName } from "../faults/databases";
import { fill } from "../faults/fill";
import { breaches } from "../faults/laws";
import { Random } from "../faults/random";
import type { SoakOrder } from "./process";
import { createPrivateRows } from "./private-rows";
import { SHARED } from "./steps";
import { count, type Report } from "./tally";

export interface SoakOptions {
  readonly database: ProofDatabaseName;
  readonly milliseconds: number;
  readonly seed: number;
  /** @default 2 */
  readonly processes?: number;
  /** How many calls each process makes at once. */
  readonly callers: number;
  readonly by?: SoakOrder["by"];
  readonly calls?: SoakOrder["calls"];
  /** What else is done to the database before each look at the laws, past the package. */
  readonly meanwhile?: (query: (statement: string) => Promise<unknown>) => Promise<unknown>;
}

export interface SoakResult extends Report {
  /** How often the laws were looked at. */
  readonly looks: number;
}

/** How long it takes at most, beside its time, to start and to end. */
function patience(milliseconds: number): number {
  return Math.min(120_000, 40_000 + milliseconds);
}

/** Lets processes work on the same rows, and looks at the laws meanwhile and afterwards. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { processes = 2, milliseconds, callers, seed, by, calls } = options;
  const database = await createDatabase(options.database, "soak", { patient: true });
  const result = { resolved: {}, rejected: {}, wrong: [] as string[], looks: 0 };
  try {
    const first = new DataSource({ ...database.options(), synchronize: true });
    await first.initialize();
    await fill(first, database, new Random(seed), SHARED);
    await createPrivateRows(first, processes * callers);
    await first.destroy();
    const { place } = database;
    const order = { database: options.database, place, seed, callers, by, calls, milliseconds };
    const all = Array.from({ length: processes }, (_, number) => work({ ...order, number }));
    const ended = Promise.all(all).then((reports) => {
      reports.forEach((one) => {
        add(result, one);
      });
    });
    const over = ended.then(() => true);
    do {
      await options.meanwhile?.((statement) => database.plain.query(statement));
      result.looks++;
      for (const { law, rows } of await breaches(database.plain)) {
        result.wrong.push(`${law} broken in ${String(rows)} rows, seen meanwhile`);
      }
    } while (!(await Promise.race([over, setTimeout(200, false)])));
    await ended;
    for (const { law, rows } of await breaches(database.plain)) {
      result.wrong.push(`${law} broken in ${String(rows)} rows in the end`);
    }
  } finally {
    await database.drop();
  }
  return result;
}

/** Runs a process until its time is over. */
async function work(order: SoakOrder): Promise<Report> {
  const child = fork(join(__dirname, "process.ts"), [JSON.stringify(order)], {
    execArgv: ["-r", require.resolve("../harness/register-typescript.cjs")],
  });
  const reported = new Promise<Report>((resolve, reject) => {
    child.on("message", (report) => {
      if (typeof report === "string") console.log(report);
      else resolve(report as Report);
    });
    child.on("exit", (code, signal) => {
      reject(new Error(`A process has ended without its report: ${String(code ?? signal)}`));
    });
  });
  const waiting = new AbortController();
  const late = setTimeout(
    order.milliseconds + patience(order.milliseconds),
    undefined,
    waiting,
  ).then(
    () => {
      child.kill("SIGKILL");
      throw new Error(`Process ${String(order.number)} hangs: a call does not end.`);
    },
    () => reported,
  );
  try {
    return await Promise.race([reported, late]);
  } finally {
    waiting.abort();
  }
}

function add(result: SoakResult, report: Report): void {
  for (const name of ["resolved", "rejected"] as const) {
    for (const [kind, times] of Object.entries(report[name])) {
      for (let once = 0; once < times; once++) count(result[name], kind);
    }
  }
  result.wrong.push(...report.wrong);
}
