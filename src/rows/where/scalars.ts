import { types } from "node:util";

/** Whether a value is one that a column may hold by itself, whatever its type. @internal */
export function isScalar(value: unknown): boolean {
  return (
    typeof value === "bigint" ||
    typeof value === "boolean" ||
    isText(value) ||
    Number.isFinite(value) ||
    isMoment(value) ||
    value instanceof Uint8Array
  );
}

/** Text that every database holds: no NUL, and no half of a character. @internal */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0") && !/\p{Surrogate}/u.test(value);
}

/** A moment that every database knows. @internal */
export function isMoment(value: unknown): value is Date {
  if (!types.isDate(value) || Number.isNaN(value.getTime())) return false;
  const year = value.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

/**
 * A moment as text, such as `2026-01-31` or `2026-01-31T12:00:00Z`; a day that its month does not have is none.
 *
 * @internal
 */
export function isMomentText(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const form =
    /^(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/;
  const [, day = ""] = form.exec(value) ?? [];
  if (!isMoment(new Date(value)) || !isMoment(new Date(day))) return false;
  return new Date(day).toISOString().startsWith(day);
}
