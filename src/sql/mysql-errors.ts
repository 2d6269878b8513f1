import { driverErrorCode, driverErrorOf } from "../typeorm/driver-error";
import type { ViolatedKey } from "./statements";

const RETRYABLE = new Set(["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT", "ER_CHECKREAD"]);

/** @internal */
export function isRetryableError(error: unknown): boolean {
  return RETRYABLE.has(driverErrorCode(error));
}

/** @internal */
export function isLockTimeoutError(error: unknown): boolean {
  return driverErrorCode(error) === "ER_LOCK_WAIT_TIMEOUT";
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
