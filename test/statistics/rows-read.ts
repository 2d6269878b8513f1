import type { DataSource, QueryRunner } from "typeorm";

/** A statement, and how it finds its rows. */
export interface Reading {
  readonly statement: string;
  /** How many rows it has read, in tables and indexes. Of SQLite none: it tells only how. */
  readonly rows: number;
  /** How it reads whole tables, or searches them by what says nothing. */
  readonly scans: readonly string[];
}

type Query = (text: string, parameters?: unknown[]) => Promise<unknown>;

const READS = /\b(SELECT|UPDATE|DELETE)\b/;
const OTHERS = /^(SELECT 1 WHERE|SELECT changes|SELECT set_config|SHOW|SAVEPOINT|RELEASE|ROLLBACK)/;

/** What an operation reads, statement by statement: as the database counts, not as it estimates. */
export class Readings {
  #noted: Reading[] | undefined;

  constructor(dataSource: DataSource) {
    watch(
      dataSource,
      (reading) => this.#noted?.push(reading),
      () => this.#noted !== undefined,
    );
  }

  async of(operation: () => Promise<unknown>): Promise<readonly Reading[]> {
    const noted: Reading[] = [];
    this.#noted = noted;
    try {
      await operation();
    } finally {
      this.#noted = undefined;
    }
    return noted;
  }
}

function watch(
  dataSource: DataSource,
  add: (reading: Reading) => unknown,
  isOn: () => boolean,
): void {
  const { driver } = dataSource;
  const create = driver.createQueryRunner.bind(driver);
  const known = new WeakSet<QueryRunner>();
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    if (known.has(runner)) return runner;
    known.add(runner);
    const query = runner.query.bind(runner) as Query;
    const note = noting(dataSource, query);
    const noted = async (statement: string, ...rest: unknown[]): Promise<unknown> => {
      const send = (): Promise<unknown> => query(statement, ...(rest as [unknown[]]));
      if (!isOn() || !READS.test(statement) || OTHERS.test(statement)) return send();
      return note(statement, rest[0] as unknown[], send, add);
    };
    runner.query = noted as QueryRunner["query"];
    return runner;
  };
}

type Note = (
  statement: string,
  parameters: unknown[],
  send: () => Promise<unknown>,
  add: (reading: Reading) => unknown,
) => Promise<unknown>;

function noting(dataSource: DataSource, query: Query): Note {
  switch (dataSource.options.type) {
    case "postgres":
      return postgres(query);
    case "better-sqlite3":
      return sqlite(query);
    default:
      return mysql(query);
  }
}

// The aliases of tables, and the tables themselves: all others are walks and lists.
const SCAN = /^SCAN (c|p|f|r|above\d+|st_\w+)\b/;
const BY_DATE = /\(deleted_at=\?\)/;

function sqlite(query: Query): Note {
  return async (statement, parameters, send, add) => {
    const steps = (await query(`EXPLAIN QUERY PLAN ${statement}`, parameters)) as {
      detail: string;
    }[];
    const scans = steps
      .map(({ detail }) => detail)
      .filter((detail) => SCAN.test(detail) || BY_DATE.test(detail));
    add({ statement, rows: 0, scans });
    return send();
  };
}

interface PlanNode {
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Relation Name"?: string;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Join Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Runs each statement twice, and takes the first time back. */
function postgres(query: Query): Note {
  return async (statement, parameters, send, add) => {
    const [{ began }] = (await query("SELECT now() < statement_timestamp() AS began")) as [
      { began: boolean },
    ];
    await query(began ? "SAVEPOINT explained" : "BEGIN");
    const [row] = (await query(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement}`,
      parameters,
    )) as [{ "QUERY PLAN": readonly [{ Plan: PlanNode }] }];
    await query(began ? "ROLLBACK TO SAVEPOINT explained" : "ROLLBACK");
    add({ statement, rows: rowsRead(row["QUERY PLAN"][0].Plan), scans: [] });
    return send();
  };
}

function rowsRead(node: PlanNode): number {
  const removed =
    (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Join Filter"] ?? 0);
  const own = node["Relation Name"] === undefined ? removed : node["Actual Rows"] + removed;
  const below = (node.Plans ?? []).map(rowsRead);
  return below.reduce((sum, rows) => sum + rows, own * node["Actual Loops"]);
}

function mysql(query: Query): Note {
  const read = async (): Promise<number> => {
    const status = (await query("SHOW SESSION STATUS LIKE 'Handler_read%'")) as { Value: string }[];
    return status.reduce((sum, { Value }) => sum + Number(Value), 0);
  };
  return async (statement, _parameters, send, add) => {
    const before = await read();
    const result = await send();
    add({ statement, rows: (await read()) - before, scans: [] });
    return result;
  };
}
