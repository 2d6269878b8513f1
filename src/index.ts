export type { SoftDeletePolicy } from "./entity/annotations";
export { DeletionIdColumn, type DeletionIdColumnOptions } from "./entity/deletion-id-column";
export {
  softDeleteSchema,
  softDeleteSchemaColumns,
  softDeleteSchemaIndices,
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
  type DerivedBoolean,
  type SoftDeletableClass,
  type SoftDeletableColumns,
  type WithSoftDeleteOptions,
} from "./entity/with-soft-delete";
export {
  BrokenTransactionError,
  ConnectionBusyError,
  DeletedEntityWriteError,
  DeletionNotFoundError,
  HardDeleteForbiddenError,
  ParentDeletedError,
  RestoreConflictError,
  ScopeWriteError,
  SoftDeleteConfigurationError,
  SoftDeleteCriteriaError,
  SoftDeleteError,
  SoftDeleteOptionError,
  SoftDeleteRestrictedError,
  StillReferencedError,
  UnknownRowsError,
  type DeletedParent,
  type PrimaryKey,
  type RestoreConflict,
  type SoftDeleteErrorCode,
} from "./errors";
export { deletionContext, type DeletionAuthor } from "./record/deletion-context";
export type { LoggedDeletion } from "./record/deletions";
export type { DeletionsFilter, DeletionsOptions } from "./record/deletions-options";
export { SoftDeleteLog, type SoftDeleteAction } from "./record/soft-delete-log";
export { SoftDeleteManager } from "./manager/soft-delete-manager";
export type { CheckCode, CheckFinding } from "./check/finding";
export type { SoftDeleteCriteria } from "./rows/criteria";
export type { PurgeAllOptions, PurgeOptions } from "./purge/purge";
export type { CommitCallback } from "./record/commit-callbacks";
export type { OperationEvent, PurgeEvent, RestoreEvent, SoftDeleteEvent } from "./record/events";
export type { RestoreDeletionOptions, RestoreOptions } from "./restore/restore-options";
export {
  ForceDeleteResult,
  type PurgeBlock,
  type PurgeFailure,
  PurgeResult,
  RestoreResult,
  SettleResult,
  SoftDeletePreview,
  SoftDeleteResult,
  type Restriction,
} from "./record/results";
export type { SettleOptions, SettleProgress } from "./settle/settle";
export type { SoftDeleteRelations } from "./repository/reads/relation-scope";
export type { Scope } from "./repository/reads/scope";
export { SoftDeletableEntity } from "./repository/soft-deletable-entity";
export { getSoftDeleteRepository, SoftDeleteRepository } from "./repository/soft-delete-repository";
export { SoftDeleteSubscriber } from "./native/soft-delete-subscriber";
export type { Counts } from "./rows/tally";
export type { ForceDeleteOptions } from "./remove/options";
export type { SoftDeleteOptions } from "./delete/options";
export type { SoftDeleteSubscriberOptions } from "./session/settings";
