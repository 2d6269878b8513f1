import { driverErrorCode, driverErrorOf } from "../typeorm/driver-error";
import type { Dialect } from "./dialect";
import type { Keys } from "./keys";
import { databaseType } from "../typeorm/column-types";
import { bind, filter, join, sql, type Sql } from "./sql";
import type { ViolatedKey } from "./statements";
import type { Column } from "../typeorm/metadata";
import { PostgresAndSqlite } from "./postgres-and-sqlite";
import type { Fold } from "./walk-expression";

// foreign_key_violation, and restrict_violation, which PostgreSQL 18 says for ON DELETE RESTRICT
const REFERENCED = new Set(["23503", "23001"]);
// serialization_failure, deadlock_detected; not what has waited for lock_timeout
const RETRYABLE = new Set(["40001", "40P01"]);
const LOCK_NOT_AVAILABLE = "55P03";
// Classes of connections, transactions, privileges, names and syntax, resources, operators, and the server's own failures. A
// trigger may raise any other.
const NOT_OF_ROW = /^(0|2[5-9BDF]|3[4BDF]|4[0-2]|5[3-8]|72|F0|HV|XX)/;

/** PostgreSQL and what speaks its dialect. */
export class PostgresDialect extends PostgresAndSqlite implements Dialect {
  readonly singleConnection = false;
  readonly matched = undefined;
  readonly joinInOrder = "JOIN";
  readonly shareLock = " FOR SHARE OF p";
  readonly updateLock = " FOR UPDATE";
  readonly skipLocked = " SKIP LOCKED";
  readonly hasArrays = true;
  readonly checksAtEnd = true;
  readonly mostSteps = Infinity;

  // It takes one recursive term.
  foldOf(): Fold {
    return "lateral";
  }

  get compiles(): boolean {
    return this.dataSource.options.type !== "cockroachdb";
  }

  // To compile the walk of a ring takes a hundred times as long as to run it.
  get begins(): readonly string[] {
    const begin = "START TRANSACTION ISOLATION LEVEL READ COMMITTED";
    if (!this.compiles) return [begin];
    return [`${begin}; SET LOCAL jit = off`];
  }

  // CockroachDB's only level of this kind is truly serializable.
  get writesBySnapshot(): Sql | undefined {
    if (this.dataSource.options.type === "cockroachdb") return undefined;
    return sql`SELECT 1 WHERE current_setting('transaction_isolation') IN ('repeatable read', 'serializable')`;
  }

  anyOf(column: string, values: readonly string[]): Sql {
    if (values.length === 1) return sql`${column} = ${bind(values[0])}`;
    if (values.length <= 100) return sql`${column} IN (${join(values.map(bind), ", ")})`;
    return sql`${column} = ANY(${bind(values)})`;
  }

  protected keyList(alias: string, columns: readonly Column[], keys: Keys): Sql {
    const { names } = this;
    const [column] = columns;
    // Without a cast the array has the column's type, whatever that is.
    if (column && columns.length === 1)
      return sql`${names.of(alias, column)} = ANY(${bind(keys.map(([value]) => value))})`;
    const rows = keys.map((key) =>
      Object.fromEntries(columns.map((one, index) => [one.databaseName, asJson(key[index])])),
    );
    const table = column ? names.table({ metadata: column.entityMetadata }) : "";
    return sql`${names.row(alias, columns)} IN (SELECT ${names.list("k", columns)} FROM json_populate_recordset(NULL::${table}, ${bind(JSON.stringify(rows))}) k)`;
  }

  // Compiling takes longer than a batch does; by stale statistics whole tables are read and sorted for each.
  planning(rows: "all" | "by index"): Sql | undefined {
    if (this.dataSource.options.type === "cockroachdb") return undefined;
    // JIT is off from the beginning.
    if (rows === "all") return undefined;
    return sql`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`;
  }

  // Without statistics it takes few rows to be active, and finds all of them, once for each row above.
  override foundByKey(condition: Sql): Sql {
    return filter(condition);
  }

  // Not EXISTS: by stale statistics PostgreSQL reads the whole table, expecting to find a row soon.
  nothing(from: Sql): Sql {
    return sql`(SELECT COUNT(*) FROM (SELECT 1 ${from} LIMIT 1000) found) = 0`;
  }

  withVersion(deletionId: string, digit: string): Sql {
    return sql`CAST(overlay(CAST(${deletionId} AS text) placing '${digit}' from 15 for 1) AS uuid)`;
  }

  versionOf(deletionId: string): Sql {
    return sql`substr(CAST(${deletionId} AS text), 15, 1)`;
  }

  secondsAgo(seconds: number): Sql {
    return sql`CURRENT_TIMESTAMP - interval '${String(Math.ceil(seconds))} seconds'`;
  }

  zoneRemedy(type: string): string | undefined {
    return type === "timestamp without time zone"
      ? `Declare it as "timestamptz", for instance by withSoftDelete(Base, { deletedAt: { type: "timestamptz" } }).`
      : undefined;
  }

  asText(moment: Sql): Sql {
    return sql`CAST(${moment} AS text)`;
  }

  fromText(text: Sql): Sql {
    return sql`CAST(${text} AS timestamptz)`;
  }

  typed(column: Column, parameter: Sql): Sql {
    return sql`CAST(${parameter} AS ${databaseType(this.dataSource, column)})`;
  }

  isForeignKeyViolation(error: unknown): boolean {
    return REFERENCED.has(driverErrorCode(error));
  }

  violatedKey(error: unknown): ViolatedKey | undefined {
    if (driverErrorCode(error) !== "23505") return undefined;
    const { constraint, table } = driverErrorOf(error) as { constraint?: string; table?: string };
    return {
      ...(constraint === undefined ? {} : { name: constraint }),
      ...(table === undefined ? {} : { table }),
    };
  }

  isIncomparable(error: unknown): boolean {
    return INCOMPARABLE.test(driverErrorCode(error));
  }

  isRefusal(error: unknown): boolean {
    // What the server has said, and not the client, has a severity.
    const { severity } = (driverErrorOf(error) ?? {}) as { severity?: unknown };
    return severity !== undefined && !NOT_OF_ROW.test(driverErrorCode(error));
  }

  isLockTimeout(error: unknown): boolean {
    return driverErrorCode(error) === LOCK_NOT_AVAILABLE;
  }

  isRetryable(error: unknown): boolean {
    return RETRYABLE.has(driverErrorCode(error));
  }
}

// Data exceptions, but for text that is too long, which is written; operators and types that do not go together; syntax, which a
// value of a text search has too.
const INCOMPARABLE = /^(22(?!001)...|42883|42804|42725|42P18|42601)$/;

/** A value in JSON, from which PostgreSQL makes the column's type. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  return value instanceof Date ? localTime(value) : value;
}

/** A moment as the driver writes it: by this process's clock, which a column without time zone holds. */
function localTime(moment: Date): string {
  const offset = -moment.getTimezoneOffset();
  const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const ahead = Math.abs(offset);
  return `${local}${offset < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
}
