import { driverErrorCode, driverErrorOf } from "../typeorm/driver-error";
import type { ViolatedKey } from "./statements";

// Not ER_LOCK_WAIT_TIMEOUT: who has waited for innodb_lock_wait_timeout would wait as long again.
const RETRYABLE = new Set(["ER_LOCK_DEADLOCK", "ER_CHECKREAD"]);
// Data exceptions, violations of constraints, and what triggers signal.
const OF_ROW = /^(21|22|23|44|45)/;

/** @internal */
export function isRetryableError(error: unknown): boolean {
  return RETRYABLE.has(driverErrorCode(error));
}

/** @internal */
export function isLockTimeoutError(error: unknown): boolean {
  return driverErrorCode(error) === "ER_LOCK_WAIT_TIMEOUT";
}

/** @internal */
export function isRefusalError(error: unknown): boolean {
  const { sqlState } = (driverErrorOf(error) ?? {}) as { sqlState?: unknown };
  const isOfRow = typeof sqlState === "string" && OF_ROW.test(sqlState);
  return isOfRow || driverErrorCode(error) === "ER_SIGNAL_EXCEPTION";
}

/** @internal */
export function isForeignKeyError(error: unknown): boolean {
  return driverErrorCode(error).startsWith("ER_ROW_IS_REFERENCED");
}

// Of a function or a regular expression that is none, of values with two alphabets.
const INCOMPARABLE =
  /^ER_(REGEXP_|SP_DOES_NOT_EXIST|CANT_AGGREGATE_|COLLATION_|INVALID_JSON_|WRONG_(VALUE|ARGUMENTS)|TRUNCATED_WRONG_|PARSE_ERROR)/;

/** Also by SQLSTATE, data exceptions, but for data that is too long: that is written. @internal */
export function isIncomparableError(error: unknown): boolean {
  const state = (driverErrorOf(error) as { sqlState?: unknown } | null)?.sqlState;
  if (typeof state === "string" && /^22(?!001)/.test(state)) return true;
  return INCOMPARABLE.test(driverErrorCode(error));
}

/** The unique key that an error says is taken. @internal */
export function violatedKeyOf(error: unknown): ViolatedKey | undefined {
  if (driverErrorCode(error) !== "ER_DUP_ENTRY") return undefined;
  // "Duplicate entry 'a' for key 'IDX_1'"; MySQL puts the table before the name.
  const { message } = driverErrorOf(error) as Error;
  const name = /for key '(?:[^']*\.)?([^'.]+)'$/.exec(message)?.[1];
  return name === undefined ? {} : { name };
}
