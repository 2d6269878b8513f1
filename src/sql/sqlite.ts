import type { DataSource } from "typeorm";

import { driverErrorCode, driverErrorOf, failedStatement } from "../typeorm/driver-error";
import type { Dialect } from "./dialect";
import type { Keys } from "./keys";
import { Names } from "./names";
import { bind, filter, join, sql, type Sql } from "./sql";
import type { ViolatedKey } from "./statements";
import type { Column } from "../typeorm/metadata";
import { PostgresAndSqlite } from "./postgres-and-sqlite";
import type { Fold } from "./walk-expression";

/** Which part of a table a condition finds: what the planner goes by in the place of its statistics. */
const FEW = "0.00001";

/** SQLite, by better-sqlite3 or sql.js, whose errors have a message and no code. */
export class SqliteDialect extends PostgresAndSqlite implements Dialect {
  readonly singleConnection = true;
  // A transaction that begins by reading may find, when it writes, that another process has written.
  readonly begins = ["BEGIN IMMEDIATE"];
  readonly matched = sql`SELECT changes() AS n`;
  readonly compiles = false;
  readonly joinInOrder = "CROSS JOIN";
  // One writer at a time: a transaction that has written needs no row locks.
  readonly shareLock = "";
  readonly updateLock = "";
  readonly skipLocked = "";
  readonly hasArrays = false;
  readonly checksAtEnd = false;
  // For each row that a walk has reached all tables are opened that it may lead to.
  readonly mostSteps = 60;
  readonly writesBySnapshot = undefined;

  constructor(dataSource: DataSource) {
    super(dataSource, new Names(dataSource, (equality) => `likelihood(${equality}, ${FEW})`));
  }

  // A compound SELECT has 500 parts at most, a walk's first rows among them. Of many joins it takes long to make a plan.
  foldOf(steps: number): Fold | undefined {
    return steps > 150 ? Math.max(2, Math.ceil(steps / 100)) : undefined;
  }

  anyOf(column: string, values: readonly string[]): Sql {
    if (values.length === 1) return this.lookup(sql`${column} = ${bind(values[0])}`);
    if (values.length <= 100)
      return this.lookup(sql`${column} IN (${join(values.map(bind), ", ")})`);
    const list = bind(JSON.stringify(values));
    return this.lookup(sql`${column} IN (SELECT value FROM json_each(${list}))`);
  }

  // After ANALYZE, by a foreign key that is nearly always null, it would read the whole table instead, once for each row above it.
  override lookup(condition: Sql): Sql {
    return sql`likelihood(${condition}, ${FEW})`;
  }

  override foundByKey(condition: Sql): Sql {
    return filter(condition);
  }

  protected keyList(alias: string, columns: readonly Column[], keys: Keys): Sql {
    const values = columns.map((_, index) => {
      const value = `json_extract(value, '$[${String(index)}]')`;
      return keys.some((key) => key[index] instanceof Uint8Array) ? `unhex(${value})` : value;
    });
    const json = keys.map((key) =>
      key.map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
      ),
    );
    return sql`${this.names.row(alias, columns)} IN (SELECT ${values.join(", ")} FROM json_each(${bind(JSON.stringify(json))}))`;
  }

  planning(): undefined {
    return undefined;
  }

  nothing(from: Sql): Sql {
    return sql`NOT EXISTS (SELECT 1 ${from})`;
  }

  withVersion(deletionId: string, digit: string): Sql {
    return sql`(substr(${deletionId}, 1, 14) || '${digit}' || substr(${deletionId}, 16))`;
  }

  versionOf(deletionId: string): Sql {
    return sql`substr(${deletionId}, 15, 1)`;
  }

  secondsAgo(seconds: number): Sql {
    return sql`datetime('now', '-${String(Math.ceil(seconds))} seconds')`;
  }

  zoneRemedy(): undefined {
    return undefined;
  }

  asText(moment: Sql): Sql {
    return moment;
  }

  fromText(text: Sql): Sql {
    return text;
  }

  typed(_column: unknown, parameter: Sql): Sql {
    return parameter;
  }

  isForeignKeyViolation(error: unknown): boolean {
    return messageOf(error).startsWith("FOREIGN KEY constraint failed");
  }

  violatedKey(error: unknown): ViolatedKey | undefined {
    // "UNIQUE constraint failed: article.tenantId, article.slug"
    const [problem, key] = messageOf(error).split(": ");
    if (problem !== "UNIQUE constraint failed" || key === undefined) return undefined;
    const columns = key.split(", ");
    const table = columns[0]?.slice(0, columns[0].lastIndexOf("."));
    return {
      ...(table === undefined ? {} : { table }),
      columns: columns.map((column) => column.slice(column.lastIndexOf(".") + 1)),
    };
  }

  isIncomparable(error: unknown): boolean {
    return INCOMPARABLE.test(messageOf(error));
  }

  isRefusal(error: unknown): boolean {
    const code = driverErrorCode(error);
    if (this.dataSource.options.type === "sqljs")
      return code === "" && driverErrorOf(error) !== error;
    return code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_MISMATCH";
  }

  // Not of a row, but of the whole file.
  isLockTimeout(): boolean {
    return false;
  }

  // The lock of a file has no queue: who has waited in vain tries again. What commits has waited for those who read.
  isRetryable(error: unknown): boolean {
    const code = driverErrorCode(error);
    if (code === "SQLITE_BUSY") return !/^COMMIT\b/.test(failedStatement(error));
    return code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
  }
}

// SQLite compares everything with everything; operators and functions have their limits.
const INCOMPARABLE =
  /^(LIKE or GLOB pattern too complex|ESCAPE expression|integer overflow|malformed JSON|JSON path error|bad JSON path|no such function|wrong number of arguments)/;

function messageOf(error: unknown): string {
  return (driverErrorOf(error) as Error | null)?.message ?? "";
}
