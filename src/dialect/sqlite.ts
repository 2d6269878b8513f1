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
import { anyKeyByJson, type Keys } from "./keys";
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

/** SQLite, by better-sqlite3. */
export class SqliteDialect implements Dialect {
  readonly names: Names;
  readonly maxParameters = 10_000;
  readonly singleConnection = true;
  readonly isolationLevel = undefined;
  readonly partialIndexes = true;
  readonly indexesForeignKeys = false;
  readonly singleRecursiveTerm = false;
  // One writer at a time: a transaction that has written needs no row locks.
  readonly shareLock = "";
  readonly updateLock = "";
  readonly skipLocked = "";
  readonly noWait = undefined;
  readonly stepsOverRemoved = false;
  readonly checksAtEnd = false;

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
    return sql`${column} IN (SELECT value FROM json_each(${bind(JSON.stringify(values))}))`;
  }

  anyKey(alias: string, columns: readonly Column[], keys: Keys): Sql {
    return anyKeyByJson(this, alias, columns, keys);
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
    return driverErrorCode(error) === "SQLITE_CONSTRAINT_FOREIGNKEY";
  }

  violatedKey(error: unknown): ViolatedKey | undefined {
    if (driverErrorCode(error) !== "SQLITE_CONSTRAINT_UNIQUE") return undefined;
    // "UNIQUE constraint failed: article.tenantId, article.slug"
    const { message } = driverErrorOf(error) as Error;
    const columns = message.slice(message.indexOf(": ") + 2).split(", ");
    const table = columns[0]?.slice(0, columns[0].lastIndexOf("."));
    return {
      ...(table === undefined ? {} : { table }),
      columns: columns.map((column) => column.slice(column.lastIndexOf(".") + 1)),
    };
  }

  isLockTimeout(): boolean {
    return false;
  }

  isRetryable(error: unknown): boolean {
    const code = driverErrorCode(error);
    return code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
  }
}
