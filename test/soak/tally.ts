import { EntityNotFoundError, QueryFailedError } from "typeorm";

import { SoftDeleteError } from "../../src";

/** What became of the calls of one process. */
export interface Report {
  /** How many calls resolved, by kind. */
  readonly resolved: Record<string, number>;
  /** How many were rejected, by kind and class of error. */
  readonly rejected: Record<string, number>;
  /** What nobody can expect, in words. */
  readonly wrong: string[];
}

/** The class of an error: a refusal by its name, the database's own by what it means. */
export function classOf(error: unknown): string {
  if (error instanceof SoftDeleteError) return error.name;
  if (error instanceof EntityNotFoundError) return "row not found";
  if (!(error instanceof QueryFailedError)) return `unexpected: ${String(error)}`;
  const driver = error.driverError as { code?: string; errno?: number };
  const code = String(driver.code ?? driver.errno);
  if (/^(40P01|ER_LOCK_DEADLOCK|ER_CHECKREAD)$/.test(code)) return "deadlock";
  if (/^40001$/.test(code)) return "serialization failure";
  if (/^(SQLITE_BUSY|SQLITE_LOCKED)/.test(code)) return "busy";
  if (/^(55P03|ER_LOCK_WAIT_TIMEOUT)$/.test(code)) return "lock wait timeout";
  if (/^(23503|ER_NO_REFERENCED_ROW_2|SQLITE_CONSTRAINT_FOREIGNKEY)$/.test(code)) {
    return "foreign key";
  }
  return `unexpected: ${error.message.slice(0, 200)}`;
}

const CONFLICTS = ["deadlock", "serialization failure", "busy", "lock wait timeout"];

/** Whether it may be: a refusal, a row that was removed, a conflict where the caller has to repeat. */
export function isExpected(kind: "own" | "native", inTransaction: boolean, name: string): boolean {
  if (name.startsWith("unexpected")) return false;
  return !CONFLICTS.includes(name) || kind === "native" || inTransaction;
}

export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
