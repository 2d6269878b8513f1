export type { SoftDeletePolicy } from "./entity/annotations";
export { DeletionIdColumn, type DeletionIdColumnOptions } from "./entity/deletion-id-column";
export {
  softDeleteSchema,
  softDeleteSchemaColumns,
  type SoftDeleteSchemaOptions,
} from "./entity/entity-schema";
export {
  DeletedByColumn,
  DeletedFlagColumn,
  DeleteReasonColumn,
  type DeletedFlagColumnOptions,
  type NoteColumnOptions,
} from "./entity/note-columns";
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
  DeletedEntityWriteError,
  DeletionNotFoundError,
  HardDeleteForbiddenError,
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
export { deletionContext, type DeletionAuthor } from "./log/deletion-context";
export type { DeletionsOptions, LoggedDeletion } from "./log/deletions";
export { SoftDeleteLog, type SoftDeleteAction } from "./log/soft-delete-log";
export type { ForceDeleteOptions, SoftDeleteOptions } from "./manager/options";
export { SoftDeleteManager } from "./manager/soft-delete-manager";
export type { CheckCode, CheckFinding } from "./operations/check/finding";
export type { SoftDeleteCriteria } from "./operations/criteria";
export type { PurgeAllOptions, PurgeOptions } from "./operations/purge";
export type { CommitCallback } from "./operations/commit-callbacks";
export type {
  OperationEvent,
  PurgeEvent,
  RestoreEvent,
  SoftDeleteEvent,
} from "./operations/events";
export type { RestoreOptions } from "./operations/restore-options";
export type { Restriction } from "./operations/restrict";
export {
  type Counts,
  ForceDeleteResult,
  type PurgeBlock,
  type PurgeFailure,
  PurgeResult,
  RestoreResult,
  SettleResult,
  SoftDeletePreview,
  SoftDeleteResult,
} from "./operations/results";
export type { SettleOptions, SettleProgress } from "./operations/settle";
export type { SoftDeleteRelations } from "./repository/relation-scope";
export type { Scope } from "./repository/scope";
export { SoftDeletableEntity } from "./repository/soft-deletable-entity";
export { getSoftDeleteRepository, SoftDeleteRepository } from "./repository/soft-delete-repository";
export { SoftDeleteSubscriber } from "./subscriber/soft-delete-subscriber";
export type { SoftDeleteSubscriberOptions } from "./subscriber/subscriber-options";
