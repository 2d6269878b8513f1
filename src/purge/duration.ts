import { SoftDeleteOptionError } from "../errors";
import { DATE } from "../errors/check-options";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const PATTERN = /^(\d+(?:\.\d+)?) ?(s|m|h|d|w|seconds?|minutes?|hours?|days?|weeks?)$/i;

const FORMS = 'a Date, or a duration of a number and s, m, h, d or w, such as "30d" or "2 weeks"';

/** A duration such as `"30d"`, `"12h"` or `"2 weeks"` in milliseconds; NaN for anything else. @internal */
export function milliseconds(duration: string): number {
  const [, count, unit] = PATTERN.exec(duration.trim()) ?? [];
  return Number(count) * (UNITS[unit?.charAt(0).toLowerCase() ?? ""] ?? Number.NaN);
}

/**
 * The moment that a `Date` or a duration before now stands for.
 *
 * @throws SoftDeleteOptionError for anything else, and for a moment that no `Date` can hold or that is still to come.
 * @internal
 */
export function momentBefore(call: string, option: string, value: unknown, now: Date): Date {
  const time = typeof value === "string" ? new Date(now.getTime() - milliseconds(value)) : value;
  if (!DATE.accepts(time)) throw SoftDeleteOptionError.invalidOption(call, option, value, FORMS);
  const moment = new Date(time as Date);
  if (moment <= now) return moment;
  const allowed = `a moment that has passed: by the subscriber's clock it is ${now.toISOString()}`;
  throw SoftDeleteOptionError.invalidOption(call, option, value, allowed);
}
