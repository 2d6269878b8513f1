export type { SoftDeletePolicy } from "./entity/annotations";
export { DeletionIdColumn, type DeletionIdColumnOptions } from "./entity/deletion-id-column";
export {
  softDeleteSchema,
  softDeleteSchemaColumns,
  type SoftDeleteSchemaOptions,
} from "./entity/entity-schema";
export { OnSoftDelete } from "./entity/on-soft-delete";
export { SoftDeletable } from "./entity/soft-deletable";
export { UniqueActive, type UniqueActiveOptions } from "./entity/unique-active";
export {
  withSoftDelete,
  type SoftDeletableClass,
  type SoftDeletableColumns,
  type WithSoftDeleteOptions,
} from "./entity/with-soft-delete";
export {
  DeletionNotFoundError,
  ParentDeletedError,
  RestoreConflictError,
  SoftDeleteConfigurationError,
  SoftDeleteCriteriaError,
  SoftDeleteError,
  SoftDeleteRestrictedError,
  StillReferencedError,
  type DeletedParent,
  type PrimaryKey,
  type RestoreConflict,
} from "./errors";
export {
  SoftDeleteManager,
  type ForceDeleteOptions,
  type SoftDeleteOptions,
} from "./manager/soft-delete-manager";
export type { CheckCode, CheckFinding } from "./operations/check/finding";
export type { SoftDeleteCriteria } from "./operations/criteria";
export type { RestoreOptions } from "./operations/restore-options";
export type { Restriction } from "./operations/restrict";
export {
  type Counts,
  ForceDeleteResult,
  RestoreResult,
  SettleResult,
  SoftDeletePreview,
  SoftDeleteResult,
} from "./operations/results";
export type { SettleOptions, SettleProgress } from "./operations/settle";
export type { Scope } from "./repository/scope";
export { getSoftDeleteRepository, SoftDeleteRepository } from "./repository/soft-delete-repository";
export { SoftDeleteSubscriber } from "./subscriber/soft-delete-subscriber";
export type { SoftDeleteSubscriberOptions } from "./subscriber/subscriber-options";
