import { SoftDeleteCriteriaError } from "../errors";
import type { Direction } from "../sql/state";
import type { Column } from "../typeorm/metadata";

/** What a write of the caller's makes of a row by its delete date. */
export interface GivenDate {
  readonly direction: Direction;
  /** Undefined for the database's own time. */
  readonly at: Date | undefined;
}

const NULL = /^[\s(]*null[\s)]*$/i;
const NOW =
  /^\s*(?:(?:current_timestamp|localtimestamp|now)\s*(?:\(\s*\d?\s*\))?|datetime\('now'\))\s*$/i;

/**
 * What a write sets the delete date to; undefined where it leaves it alone.
 *
 * @throws SoftDeleteCriteriaError for what is neither a date nor null, and for an SQL expression of which this package cannot
 * know which of the two it gives.
 * @internal
 */
export function givenDate(column: Column, value: unknown): GivenDate | undefined {
  if (value === undefined) return undefined;
  if (isNull(value)) return { direction: "restored", at: undefined };
  const at = dateOf(value);
  const path = `${column.entityMetadata.name}.${column.propertyPath}`;
  if (typeof value === "function") {
    const text = String((value as () => unknown)());
    if (!NOW.test(text)) throw SoftDeleteCriteriaError.dateExpression(path, text);
  } else if (!at && !column.transformer) {
    throw SoftDeleteCriteriaError.notADate(path, value);
  }
  return { direction: "deleted", at };
}

/** Whether a value sets a column to null, or is the SQL expression that does. @internal */
export function isNull(value: unknown): boolean {
  return (
    value === null || (typeof value === "function" && NULL.test(String((value as () => unknown)())))
  );
}

/** The date that a value stands for; undefined for an SQL expression. */
function dateOf(value: unknown): Date | undefined {
  const date = typeof value === "string" ? new Date(value) : value;
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined;
}
