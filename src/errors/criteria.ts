import { SoftDeleteError } from "./soft-delete-error";

/** The criteria of a call cannot be used. Nothing is written. */
export class SoftDeleteCriteriaError extends SoftDeleteError {
  readonly code = "SOFT_DELETE_CRITERIA";

  /** @internal */
  static empty(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): empty criteria are not allowed, they would match every row. Pass an id, a list of ids ` +
        `or a where object.`,
    );
  }

  /** @internal */
  static bareOperator(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): a find operator alone is not a condition. Say of which property: { id: In([...]) }.`,
    );
  }

  /** @internal */
  static missingValue(method: string, path: string, value: unknown): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} is ${String(value)} in the criteria. Use IsNull() to match null, or leave the property out.`,
    );
  }

  /** @internal */
  static unfit(
    method: string,
    path: string,
    value: unknown,
    wanted: string,
    cause?: unknown,
  ): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} is ${shown(value)} in the criteria, which its column cannot hold. Pass ${wanted}.`,
      { cause },
    );
  }

  /** @internal */
  static incomparable(
    method: string,
    paths: readonly string[],
    cause: unknown,
  ): SoftDeleteCriteriaError {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new SoftDeleteCriteriaError(
      `${method}: the database cannot compare ${paths.join(" or ")} as the criteria ask: ${message}. Pass values and operators ` +
        `that the column's type has.`,
      { cause },
    );
  }

  /** @internal */
  static unknownProperty(method: string, path: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} in the criteria is no property of ${entity}. Pass properties that the entity has.`,
    );
  }

  /** @internal */
  static notConditions(method: string, path: string, value: unknown): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} is ${shown(value)} in the criteria. Pass an object of conditions, such as { id: 1 }, or a list of those.`,
    );
  }

  /** @internal */
  static emptyList(method: string, path: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} has an empty list in the criteria, which would be no condition. Pass what it is to match, or leave the property out.`,
    );
  }

  /** @internal */
  static nestedList(method: string, path: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} is a list within a list in the criteria. Pass one list of ids or where objects.`,
    );
  }

  /** @internal */
  static partialKey(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: the primary key of ${entity} has several columns. Pass an object with all of them.`,
    );
  }

  /** @internal */
  static entityObject(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: an object of ${entity} is given as criteria. Pass it to ${BY_OBJECT[method] ?? "softRemove"}(), or pass its id.`,
    );
  }

  /** @internal */
  static operator(method: string, path: string, type: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} has the find operator "${type}" in the criteria, which is none for this property on this database. Use another condition.`,
    );
  }

  /** @internal */
  static tooDeep(method: string, path: string, depth: number): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} goes more than ${String(depth)} levels deep in the criteria. Find the rows first, and pass their ids.`,
    );
  }

  /** @internal */
  static tooLarge(method: string, path: string, parameters: number): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}: ${path} has more than ${String(parameters)} values in the criteria. Pass a list of smaller objects, or use In([...]).`,
    );
  }

  /** @internal */
  static purgedRelation(path: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `purge: ${path} in the where leads to rows that the same purge removes first. Use conditions on the entity's own ` +
        `columns or on its parents.`,
    );
  }

  /** @internal */
  static nestedOrder(path: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `find: the rows of a relation that the scope names cannot be ordered by those of ${path}. Order them by their own ` +
        `columns, or in memory.`,
    );
  }

  /** @internal */
  static invalidDeletionId(value: unknown): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `restoreDeletion: ${JSON.stringify(value)} is not a deletion id. Pass the deletionId of a SoftDeleteResult or ` +
        `of a deleted row.`,
    );
  }

  /** @internal */
  static notADate(path: string, value: unknown): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${path} is set to ${shown(value)}, which is no date. Pass a valid ` +
        `Date, or null to restore.`,
    );
  }

  /** @internal */
  static dateExpression(path: string, expression: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${path} is set by the SQL expression ${expression}, which may delete rows or restore them. Pass a Date or null, or ` +
        `one of the expressions CURRENT_TIMESTAMP, NOW() and NULL.`,
    );
  }

  /** @internal */
  static notPersisted(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): the given object has no primary key, so there is no row to work on. Save it first.`,
    );
  }
}

/** What takes objects where a method takes criteria. */
const BY_OBJECT: Readonly<Record<string, string>> = {
  restore: "recover",
  forceDelete: "forceRemove",
};

/** A value as a message shows it: what it is rather than all that it holds. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "an invalid Date" : `the Date ${value.toISOString()}`;
  const type: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof type === "string" && type !== "Object"
    ? `an object of ${type.slice(0, 60)}`
    : "an object";
}
