export { SoftDeleteConfigurationError } from "./configuration";
export { SoftDeleteCriteriaError } from "./criteria";
export {
  DeletedEntityWriteError,
  HardDeleteForbiddenError,
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
export { SAMPLE_SIZE, SoftDeleteError, type PrimaryKey } from "./soft-delete-error";
