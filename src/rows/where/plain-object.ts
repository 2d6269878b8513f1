import type { ObjectLiteral } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import type { Place } from "./place";

/**
 * An object of conditions: one that was written as such, or parsed from JSON, and holds something.
 *
 * @throws SoftDeleteCriteriaError for anything else.
 * @internal
 */
export function plainObject(place: Place, value: unknown): ObjectLiteral {
  if (!isPlain(value)) throw SoftDeleteCriteriaError.notConditions(place.method, place.path, value);
  if (Object.keys(value).length === 0) {
    throw SoftDeleteCriteriaError.empty(place.method, place.path);
  }
  return value;
}

/** Whether an object is of no class: also one that was made in another realm. @internal */
export function isPlain(value: unknown): value is ObjectLiteral {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
