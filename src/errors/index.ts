export { BrokenTransactionError, ConnectionBusyError, UnknownRowsError } from "./connections";
export { SoftDeleteConfigurationError } from "./configuration";
export { SoftDeleteCriteriaError } from "./criteria";
export { SoftDeleteOptionError } from "./option-errors";
export * from "./schema-changes";
export type { Only } from "./check-options";
export {
  DeletedEntityWriteError,
  HardDeleteForbiddenError,
  ScopeWriteError,
  SoftDeleteRestrictedError,
  StillReferencedError,
} from "./refusals";
export {
  DeletionNotFoundError,
  ParentDeletedError,
  RestoreConflictError,
  type DeletedParent,
  type RestoreConflict,
} from "./restores";
export {
  SAMPLE_SIZE,
  SoftDeleteError,
  type PrimaryKey,
  type SoftDeleteErrorCode,
} from "./soft-delete-error";
