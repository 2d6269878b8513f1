import type { DataSource } from "typeorm";

import type { Column, Table } from "../plan/table";
import type {
  Assignment,
  Dialect,
  Orphans,
  ParentsOf,
  Update,
  UpdateByRelated,
  UpdateByWalk,
  UpdateOrphans,
  ViolatedKey,
} from "./dialect";
import { driverErrorCode, driverErrorOf } from "./driver-error";
import { anyKeyByArrays, type Keys } from "./keys";
import { Names } from "./names";
import { and, bind, join, sql, type Sql } from "./sql";
import {
  countDeletedParents,
  countOrphans,
  update,
  updateByRelated,
  updateByWalk,
  updateOrphans,
  updateWith,
} from "./standard-update";

// serialization_failure, deadlock_detected
const RETRYABLE = new Set(["40001", "40P01"]);

/** PostgreSQL and what speaks its dialect. */
export class PostgresDialect implements Dialect {
  readonly names: Names;
  readonly maxParameters = 30_000;
  readonly singleConnection = false;
  readonly isolationLevel = undefined;
  readonly partialIndexes = true;
  readonly indexesForeignKeys = false;
  readonly singleRecursiveTerm = true;
  readonly shareLock = " FOR SHARE OF p";
  readonly updateLock = " FOR UPDATE";
  readonly skipLocked = " SKIP LOCKED";
  readonly noWait = undefined;
  readonly stepsOverRemoved = false;
  readonly checksAtEnd = true;

  constructor(readonly dataSource: DataSource) {
    this.names = new Names(dataSource);
  }

  update(spec: Update): Sql {
    return update(this, spec);
  }

  updateByRelated(update: UpdateByRelated): Sql {
    return updateByRelated(this, update);
  }

  updateByWalk(update: UpdateByWalk): Sql {
    return updateByWalk(this, update);
  }

  updateOrphans(update: UpdateOrphans): Sql {
    return updateOrphans(this, update);
  }

  countOrphans(orphans: Orphans): Sql {
    return countOrphans(this, orphans);
  }

  countDeletedParents(parents: ParentsOf): Sql {
    return countDeletedParents(this, parents);
  }

  selectWith(expressions: Sql, select: Sql): Sql {
    return sql`WITH RECURSIVE ${expressions} SELECT ${select}`;
  }

  updateWith(expressions: Sql, table: Table, keys: Sql, set: readonly Assignment[]): Sql {
    return updateWith(this, expressions, table, keys, set);
  }

  delete(table: Table, where: Sql): Sql {
    return sql`DELETE FROM ${this.names.table(table)} AS c WHERE ${where}`;
  }

  deleteWith(expressions: Sql, table: Table, keys: Sql, ...where: readonly Sql[]): Sql {
    const own = this.names.row("c", table.primary);
    return sql`WITH RECURSIVE ${expressions} DELETE FROM ${this.names.table(table)} AS c WHERE ${and(sql`${own} IN (SELECT ${keys})`, ...where)}`;
  }

  keep(): readonly [] {
    return [];
  }

  anyOf(column: string, values: readonly string[]): Sql {
    if (values.length === 1) return sql`${column} = ${bind(values[0])}`;
    if (values.length <= 100) return sql`${column} IN (${join(values.map(bind), ", ")})`;
    return sql`${column} = ANY(${bind(values)})`;
  }

  anyKey(alias: string, columns: readonly Column[], keys: Keys): Sql {
    return anyKeyByArrays(this, alias, columns, keys);
  }

  // Compiling takes longer than a batch does; by stale statistics whole tables are read and sorted for each.
  planning(rows: "all" | "by index"): Sql | undefined {
    if (this.dataSource.options.type === "cockroachdb") return undefined;
    const off = rows === "all" ? ["jit"] : ["jit", "enable_seqscan", "enable_bitmapscan"];
    return sql`SELECT ${off.map((setting) => `set_config('${setting}', 'off', true)`).join(", ")}`;
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

  asText(moment: Sql): Sql {
    return sql`CAST(${moment} AS text)`;
  }

  fromText(text: Sql): Sql {
    return sql`CAST(${text} AS timestamptz)`;
  }

  typed(column: Column, parameter: Sql): Sql {
    return sql`CAST(${parameter} AS ${this.dataSource.driver.normalizeType(column)})`;
  }

  isForeignKeyViolation(error: unknown): boolean {
    return driverErrorCode(error) === "23503";
  }

  violatedKey(error: unknown): ViolatedKey | undefined {
    if (driverErrorCode(error) !== "23505") return undefined;
    const { constraint, table } = driverErrorOf(error) as { constraint?: string; table?: string };
    return {
      ...(constraint === undefined ? {} : { name: constraint }),
      ...(table === undefined ? {} : { table }),
    };
  }

  isLockTimeout(): boolean {
    return false;
  }

  isRetryable(error: unknown): boolean {
    return RETRYABLE.has(driverErrorCode(error));
  }
}
