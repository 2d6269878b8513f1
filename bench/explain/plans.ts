import type { DataSource, ObjectLiteral, QueryRunner } from "typeorm";

/** A statement, how it was run. */
export interface Explained {
  readonly scenario: string;
  readonly statement: string;
  readonly milliseconds: number;
  /** The steps that read a whole table, or a large part of it. */
  readonly scans: readonly string[];
  readonly plan: string;
}

/** Has every SELECT and UPDATE of a data source explained, on its own connection, in the moment before it runs. */
export function explainAll(
  dataSource: DataSource,
  limit: number,
): { scenario: string; readonly explained: Explained[] } {
  const recording = { scenario: "", explained: [] as Explained[] };
  const { driver } = dataSource;
  const create = driver.createQueryRunner.bind(driver);
  const wrapped = new WeakSet<QueryRunner>();

  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    if (wrapped.has(runner)) return runner;
    wrapped.add(runner);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    (runner as unknown as ObjectLiteral)["query"] = async (
      ...args: unknown[]
    ): Promise<unknown> => {
      const statement = String(args[0]);
      if (!/\b(SELECT|UPDATE)\b/.test(statement) || recording.scenario === "")
        return query(...args);
      const prefix = explainPrefix(dataSource);
      const head = /^\/\*M!.*?\*\/ /.exec(statement)?.[0] ?? "";
      const text = `${head}${prefix} ${statement.slice(head.length)}`;
      const rows = (await query(text, args[1])) as ObjectLiteral[];
      const { plan, scans } = read(dataSource, statement, rows, limit);
      const start = performance.now();
      try {
        return await query(...args);
      } finally {
        const milliseconds = performance.now() - start;
        const { scenario } = recording;
        recording.explained.push({ scenario, statement, milliseconds, plan, scans });
      }
    };
    return runner;
  };
  return recording;
}

function explainPrefix(dataSource: DataSource): string {
  switch (dataSource.options.type) {
    case "postgres":
      return "EXPLAIN (FORMAT JSON)";
    case "better-sqlite3":
      return "EXPLAIN QUERY PLAN";
    default:
      // MySQL 9 shows a tree unless it is told.
      return "EXPLAIN FORMAT=TRADITIONAL";
  }
}

// A lookup by key reads what belongs to the operation, however much that is. MariaDB calls it "range" in an UPDATE.
const UNBOUNDED = { SELECT: ["ALL", "index", "range"], UPDATE: ["ALL", "index"] };

type Read = Pick<Explained, "plan" | "scans">;

function read(
  dataSource: DataSource,
  statement: string,
  rows: ObjectLiteral[],
  limit: number,
): Read {
  switch (dataSource.options.type) {
    case "postgres":
      return readPostgres(rows);
    case "better-sqlite3":
      return readSqlite(rows);
    default:
      return readMysql(statement, rows, limit);
  }
}

interface Node {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Alias?: string;
  readonly Plans?: readonly Node[];
}

function readPostgres(rows: ObjectLiteral[]): Read {
  const steps: string[] = [];
  const scans: string[] = [];
  const visit = (node: Node): void => {
    const type = node["Node Type"];
    if (type.includes("Scan")) {
      const on = node["Relation Name"] ?? node.Alias ?? node["Index Name"] ?? "";
      const step = `${type} ${on}${node["Index Cond"] ? ` (${node["Index Cond"]})` : ""}`;
      steps.push(step);
      const whole =
        /^(Parallel )?Seq Scan$/.test(type) || (/Index/.test(type) && !node["Index Cond"]);
      if (whole) scans.push(step);
    }
    node.Plans?.forEach(visit);
  };
  const [row] = rows as [{ "QUERY PLAN": readonly { Plan: Node }[] }];
  visit(row["QUERY PLAN"][0]!.Plan);
  return { plan: steps.join("; "), scans };
}

function readSqlite(rows: ObjectLiteral[]): Read {
  const steps = rows.map((row) => (row as { detail: string }).detail);
  // The alias of a table; `n` is the one of which nothing is ever read.
  const scans = steps.filter((step) => /^SCAN (c|f|p\d*|matched|big_\w+)\b/.test(step));
  return { plan: steps.join("; "), scans };
}

function readMysql(statement: string, rows: ObjectLiteral[], limit: number): Read {
  const unbounded = /\bUPDATE .* SET\b/s.test(statement) ? UNBOUNDED.UPDATE : UNBOUNDED.SELECT;
  const steps: string[] = [];
  const scans: string[] = [];
  for (const row of rows as {
    table: string | null;
    type: string;
    key: string | null;
    rows: number | null;
  }[]) {
    if (row.table === null) continue;
    const step = `${row.table} ${row.type} ${row.key ?? "without index"} ${row.rows ?? 0}`;
    steps.push(step);
    if (
      !/^<|^(w|walk|k|m|s|t\d+)$/.test(row.table) &&
      unbounded.includes(row.type) &&
      Number(row.rows) > limit
    )
      scans.push(step);
  }
  return { plan: steps.join("; "), scans };
}
