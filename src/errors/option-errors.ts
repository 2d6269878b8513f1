import { inspect } from "node:util";

import { SoftDeleteError } from "./soft-delete-error";

/** An option of a call is unknown, or has a value that it cannot have. Nothing is written. */
export class SoftDeleteOptionError extends SoftDeleteError {
  readonly code = "SOFT_DELETE_OPTION";

  /** @internal */
  static unknownOption(
    call: string,
    option: string,
    known: readonly string[],
  ): SoftDeleteOptionError {
    return new SoftDeleteOptionError(describeUnknown(call, option, known));
  }

  /** @internal */
  static invalidOption(
    call: string,
    option: string,
    value: unknown,
    allowed: string,
  ): SoftDeleteOptionError {
    return new SoftDeleteOptionError(describeInvalid(call, option, value, allowed));
  }

  /** @internal */
  static noOptions(call: string, value: unknown): SoftDeleteOptionError {
    return new SoftDeleteOptionError(describeNoOptions(call, value));
  }

  /** @internal */
  static textTooLong(path: string, length: string, limit: string): SoftDeleteOptionError {
    return new SoftDeleteOptionError(
      `${path} holds ${limit}, and the given text has ${length}. Pass a shorter one, or give the column a greater length.`,
    );
  }
}

/** @internal */
export function describeUnknown(call: string, option: string, known: readonly string[]): string {
  return `${call}: there is no option ${describeValue(option)}. Use ${known.join(", ")}.`;
}

/** @internal */
export function describeInvalid(
  call: string,
  option: string,
  value: unknown,
  allowed: string,
): string {
  return `${call}: the option ${option} is ${describeValue(value)}. Use ${allowed}.`;
}

/** @internal */
export function describeNoOptions(call: string, value: unknown): string {
  return `${call}: the options are ${describeValue(value)}. Pass an object, or nothing.`;
}

function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  return inspect(value, { depth: 0, breakLength: Infinity });
}
