import type { EntityManager, EntityTarget, ObjectLiteral } from "typeorm";

import type { PrimaryKey } from "../errors";
import type { CommitCallback } from "./commit-callbacks";
import type { Counts } from "../rows/tally";

/** One operation of this package, told to the subscriber inside its transaction. */
export interface OperationEvent {
  /** Works in the operation's transaction. */
  readonly manager: EntityManager;
  /** The entity of the roots. */
  readonly entity: string;
  /** How many roots there were. */
  readonly affected: number;
  /** The rows concerned, by entity name. */
  readonly counts: Counts;
  /** The number of rows concerned. */
  readonly total: number;
  readonly actor: string | null;
  readonly reason: string | null;
  /** The primary keys of an entity's rows that the operation took, in batches, without loading the rows. */
  primaryKeys(target: EntityTarget<ObjectLiteral>): AsyncIterable<readonly PrimaryKey[]>;
  /**
   * Calls back once the outermost transaction has committed, and never when it rolls back. What the callback throws is reported
   * to the data source's logger, as an error; the operation stands.
   *
   * @throws SoftDeleteConfigurationError once the operation has ended.
   */
  afterCommit(callback: CommitCallback): void;
}

/** A soft delete. */
export interface SoftDeleteEvent extends OperationEvent {
  readonly deletionId: string;
  readonly deletedAt: Date;
}

/** A restore. */
export interface RestoreEvent extends OperationEvent {
  /** The deletion that was undone, wholly or in part; null where there were several. */
  readonly deletionId: string | null;
  readonly handedOver: number;
}

/** A removal for good: a force delete, or one batch of a purge. */
export interface PurgeEvent extends OperationEvent {
  readonly action: "force-delete" | "purge";
}

/** What a subclass of the subscriber may listen to. A listener that throws vetoes the operation: nothing is written. */
export interface OperationListeners {
  afterSoftDelete?(event: SoftDeleteEvent): void | Promise<void>;
  afterRestore?(event: RestoreEvent): void | Promise<void>;
  afterPurge?(event: PurgeEvent): void | Promise<void>;
}
