import { SoftDeleteConfigurationError } from "../errors";

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const PATTERN = /^(\d+(?:\.\d+)?) ?(s|m|h|d|w|seconds?|minutes?|hours?|days?|weeks?)$/i;

/** A duration such as `"30d"`, `"12h"` or `"2 weeks"` in milliseconds. @internal */
export function milliseconds(option: string, duration: string): number {
  const [, count, unit] = PATTERN.exec(duration.trim()) ?? [];
  const factor = UNITS[unit?.charAt(0).toLowerCase() ?? ""];
  if (count === undefined || factor === undefined) {
    throw SoftDeleteConfigurationError.invalidOption(option, duration, FORMS);
  }
  return Number(count) * factor;
}

/** The moment that a `Date` or a duration before now stands for. @internal */
export function momentBefore(option: string, value: unknown, now: () => Date): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  if (typeof value !== "string") {
    const given = value instanceof Date ? "Invalid Date" : value;
    throw SoftDeleteConfigurationError.invalidOption(option, given, FORMS);
  }
  return new Date(now().getTime() - milliseconds(option, value));
}

const FORMS = 'a Date, or a duration of a number and s, m, h, d or w, such as "30d" or "2 weeks"';
