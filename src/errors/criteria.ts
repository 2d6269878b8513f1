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
  static purgedRelation(path: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `purge: ${path} in the where leads to rows that the same purge removes first. Use conditions on the entity's own ` +
        `columns or on its parents.`,
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
  static notPersisted(method: string, entity: string): SoftDeleteCriteriaError {
    return new SoftDeleteCriteriaError(
      `${method}(${entity}): the given object has no primary key, so there is no row to work on. Save it first.`,
    );
  }
}
