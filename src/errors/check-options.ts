import { SoftDeleteOptionError } from "./option-errors";
import type { SoftDeleteError } from "./soft-delete-error";

/**
 * Options without a key that they do not have, also where they come in a variable: the keys of what is passed are inferred,
 * and no other one can have a value.
 */
export type Only<Options, Key extends PropertyKey> = Options & {
  // Of a record it is not known which keys it has.
  readonly [K in Key]?: K extends keyof Options
    ? Options[K]
    : string extends K
      ? unknown
      : number extends K
        ? unknown
        : never;
};

/** Which values an option takes. @internal */
export interface OptionRule {
  /** In the words of the error. */
  readonly allowed: string;
  accepts(value: unknown): boolean;
}

/** A rule for each option of a call. @internal */
export type OptionRules<Options> = { readonly [Key in keyof Options]-?: OptionRule };

/** Makes the errors: of a call, or of a declaration. */
interface OptionErrors {
  noOptions(call: string, value: unknown): SoftDeleteError;
  unknownOption(call: string, option: string, known: readonly string[]): SoftDeleteError;
  invalidOption(call: string, option: string, value: unknown, allowed: string): SoftDeleteError;
}

/**
 * Refuses options that the call does not have, and values that they cannot have. What is undefined counts as left out.
 *
 * @throws SoftDeleteOptionError, unless other errors are given.
 * @internal
 */
export function checkOptions<Options>(
  call: string,
  rules: OptionRules<Options>,
  options: unknown,
  errors: OptionErrors = SoftDeleteOptionError,
): void {
  if (options === undefined) return;
  if (!isObject(options)) throw errors.noOptions(call, options);
  const known: Readonly<Record<string, OptionRule>> = rules;
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(known, option) ? known[option] : undefined;
    if (!rule) throw errors.unknownOption(call, option, Object.keys(known));
    if (value === undefined || rule.accepts(value)) continue;
    throw errors.invalidOption(call, option, value, rule.allowed);
  }
}

/** @internal */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @internal */
export const BOOLEAN = rule("true or false", (value) => typeof value === "boolean");

/** @internal */
export const TEXT = rule("a string", (value) => typeof value === "string");

/** @internal */
export const TEXT_OR_NULL = rule(
  "a string or null",
  (value) => typeof value === "string" || value === null,
);

/** @internal */
export const FUNCTION = rule("a function", (value) => typeof value === "function");

/** @internal */
export const OBJECT = rule("an object", isObject);

/** @internal */
export const SIGNAL = rule(
  "an AbortSignal",
  (value) => isObject(value) && "throwIfAborted" in value && "aborted" in value,
);

/** @internal */
export const DATE = rule(
  "a valid Date",
  (value) => value instanceof Date && !Number.isNaN(value.getTime()),
);

/** A value that is looked at elsewhere. @internal */
export const ANYTHING = rule("anything", () => true);

/** @internal */
export function wholeNumber(from: 0 | 1): OptionRule {
  return rule(
    `a whole number, ${String(from)} or more`,
    (value) => Number.isSafeInteger(value) && (value as number) >= from,
  );
}

/** @internal */
export function oneOf(...values: readonly unknown[]): OptionRule {
  const listed = values.map((value) => JSON.stringify(value));
  const last = listed.pop() ?? "";
  const allowed = listed.length > 0 ? `${listed.join(", ")} or ${last}` : last;
  return rule(allowed, (value) => values.includes(value));
}

/** One of two kinds of values. @internal */
export function either(one: OptionRule, other: OptionRule): OptionRule {
  return rule(
    `${one.allowed}, or ${other.allowed}`,
    (value) => one.accepts(value) || other.accepts(value),
  );
}

/** @internal */
export function rule(allowed: string, accepts: OptionRule["accepts"]): OptionRule {
  return { allowed, accepts };
}
