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

/** The unique key that an error says is taken. @internal */
export function violatedKeyOf(error: unknown): ViolatedKey | undefined {
  if (driverErrorCode(error) !== "ER_DUP_ENTRY") return undefined;
  // "Duplicate entry 'a' for key 'IDX_1'"; MySQL puts the table before the name.
  const { message } = driverErrorOf(error) as Error;
  const name = /for key '(?:[^']*\.)?([^'.]+)'$/.exec(message)?.[1];
  return name === undefined ? {} : { name };
}
