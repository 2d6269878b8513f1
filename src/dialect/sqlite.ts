import type { DataSource } from "typeorm";

import type {
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
import { Names } from "./names";
import { bind, join, sql, type Sql } from "./sql";
import {
  countDeletedParents,
  countOrphans,
  update,
  updateByRelated,
  updateByWalk,
  updateOrphans,
} from "./standard-update";

/** SQLite, by better-sqlite3. */
export class SqliteDialect implements Dialect {
  readonly names: Names;
  readonly maxParameters = 10_000;
  readonly singleConnection = true;
  readonly isolationLevel = undefined;
  readonly singleRecursiveTerm = false;
  // One writer at a time: a transaction that has written needs no row locks.
  readonly shareLock = "";
  readonly updateLock = "";

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

  recursiveSelect(select: Sql): Sql {
    return select;
  }

  keep(): readonly [] {
    return [];
  }

  anyOf(column: string, values: readonly string[]): Sql {
    if (values.length === 1) return sql`${column} = ${bind(values[0])}`;
    if (values.length <= 100) return sql`${column} IN (${join(values.map(bind), ", ")})`;
    return sql`${column} IN (SELECT value FROM json_each(${bind(JSON.stringify(values))}))`;
  }

  withVersion(deletionId: string, digit: string): Sql {
    return sql`(substr(${deletionId}, 1, 14) || '${digit}' || substr(${deletionId}, 16))`;
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

  isRetryable(error: unknown): boolean {
    const code = driverErrorCode(error);
    return code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
  }
}
