import { InstanceChecker } from "typeorm";

/**
 * A copy of a `where` with operators of its own. TypeORM hands a column's transformer the operator itself, so that the caller's
 * would hold transformed values once it has been read by, and mean something else in the next call.
 *
 * Leans on an operator holding all that it has in plain properties, and what it holds in `_value`.
 *
 * @internal
 */
export function copyOfWhere<Where>(where: Where): Where {
  return copyOf(where) as Where;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (InstanceChecker.isFindOperator(value)) {
    const copy = Object.assign(Object.create(prototype) as object, value) as { _value: unknown };
    copy._value = copyOf(copy._value);
    return copy;
  }
  // A Date, a Buffer, an entity: TypeORM changes none of these.
  if (prototype !== null && prototype !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, one]) => [property, copyOf(one)] as const),
  );
}
