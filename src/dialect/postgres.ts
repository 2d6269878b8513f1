import type { DataSource } from "typeorm";

import type { Column } from "../plan/table";
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

// serialization_failure, deadlock_detected
const RETRYABLE = new Set(["40001", "40P01"]);

/** PostgreSQL and what speaks its dialect. */
export class PostgresDialect implements Dialect {
  readonly names: Names;
  readonly maxParameters = 30_000;
  readonly singleConnection = false;
  readonly isolationLevel = undefined;
  readonly singleRecursiveTerm = true;
  readonly shareLock = " FOR SHARE OF p";
  readonly updateLock = " FOR UPDATE";

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
    return sql`${column} = ANY(${bind(values)})`;
  }

  withVersion(deletionId: string, digit: string): Sql {
    return sql`CAST(overlay(CAST(${deletionId} AS text) placing '${digit}' from 15 for 1) AS uuid)`;
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

  violatedKey(error: unknown): ViolatedKey | undefined {
    if (driverErrorCode(error) !== "23505") return undefined;
    const { constraint, table } = driverErrorOf(error) as { constraint?: string; table?: string };
    return {
      ...(constraint === undefined ? {} : { name: constraint }),
      ...(table === undefined ? {} : { table }),
    };
  }

  isRetryable(error: unknown): boolean {
    return RETRYABLE.has(driverErrorCode(error));
  }
}
