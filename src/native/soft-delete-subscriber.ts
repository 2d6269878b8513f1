import {
  EventSubscriber,
  type DataSource,
  type EntityMetadata,
  type EntitySubscriberInterface,
  type InsertEvent,
  type LoadEvent,
  type ObjectLiteral,
  type QueryRunner,
  type RecoverEvent,
  type RemoveEvent,
  type SoftRemoveEvent,
  type TransactionCommitEvent,
  type TransactionRollbackEvent,
  type TransactionStartEvent,
  type UpdateEvent,
} from "typeorm";

import { dialectOf } from "../sql";
import { commitCallbacks } from "../record/commit-callbacks";
import { newDeletionId } from "../rows/deletion-id";
import type {
  OperationListeners,
  PurgeEvent,
  RestoreEvent,
  SoftDeleteEvent,
} from "../record/events";
import { RELATIONS_LOADED } from "../session/relations-loaded";
import {
  now,
  refuseSecond,
  refuseUndecorated,
  SETTINGS,
  validateSettings,
  type SoftDeleteSubscriberOptions,
} from "../session/settings";
import { isOwnRollback } from "../typeorm/connections";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ownColumn } from "../plan/table";
import { Guards } from "./guards/guards";
import { dateOf, isNull, removalCall, updateCall } from "./native-call";
import { NativeCalls } from "./native-calls";
import { insertedObject } from "../typeorm/hook-events";

/**
 * Makes TypeORM's own soft deletes and restores (of any repository, manager or query builder) cascade and come back
 * exactly. Register it, or what {@link SoftDeleteSubscriber.with} returns, in the data source's `subscribers`.
 *
 * A subclass needs its own `@EventSubscriber()`: TypeORM ignores a subscriber class without one. Where it overrides one of
 * TypeORM's hooks, it has to call `super`.
 *
 * @example
 * ```ts
 * new DataSource({ ..., subscribers: [SoftDeleteSubscriber] });
 * new DataSource({ ..., subscribers: [SoftDeleteSubscriber.with({ actor: () => currentUser()?.name })] });
 * ```
 */
@EventSubscriber()
export class SoftDeleteSubscriber
  implements EntitySubscriberInterface<ObjectLiteral>, OperationListeners
{
  /** Tells the class, subclasses included, from others. @internal */
  static readonly [SETTINGS] = true;

  /** @internal */
  readonly [SETTINGS]: SoftDeleteSubscriberOptions = {};
  readonly #calls = new NativeCalls();
  #validated = false;
  readonly #guards = new Guards(() => this[SETTINGS]);

  /**
   * Told of each soft delete, TypeORM's own ones too, inside its transaction. To be overridden; what it throws vetoes the
   * operation, and nothing is written.
   */
  afterSoftDelete?(event: SoftDeleteEvent): void | Promise<void>;

  /** Told of each restore, as {@link afterSoftDelete} is of each soft delete. */
  afterRestore?(event: RestoreEvent): void | Promise<void>;

  /** Told of each removal for good by this package: a force delete, or one batch of a purge, inside its transaction. */
  afterPurge?(event: PurgeEvent): void | Promise<void>;

  /**
   * A subscriber class with the given options.
   *
   * @throws SoftDeleteConfigurationError for an option that has no such value.
   */
  static with(options: SoftDeleteSubscriberOptions): typeof SoftDeleteSubscriber {
    validateSettings(options);
    @EventSubscriber()
    class ConfiguredSoftDeleteSubscriber extends this {
      override readonly [SETTINGS] = options;
    }
    return ConfiguredSoftDeleteSubscriber;
  }

  /**
   * TypeORM's hook. Validates the whole configuration at the very first query: with `synchronize` or `migrationsRun` that
   * makes `initialize()` reject before any table is created.
   */
  beforeQuery({ dataSource, query }: { dataSource: DataSource; query: string }): void {
    if (!this.#validated) {
      refuseUndecorated(dataSource);
      refuseSecond(dataSource);
      dialectOf(dataSource);
      SoftDeleteGraph.of(dataSource);
      this.#validated = true;
    }
    if (this.#guards.watchesQueries) this.#guards.beforeQuery(dataSource, query);
  }

  /** TypeORM's hook. */
  beforeSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.before(event.queryRunner, removalCall(event, "deleted"));
  }

  /** TypeORM's hook. */
  afterSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.after(event.queryRunner, removalCall(event, "deleted"));
  }

  /** TypeORM's hook. */
  beforeRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.before(event.queryRunner, removalCall(event, "restored"));
  }

  /** TypeORM's hook. */
  afterRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.after(event.queryRunner, removalCall(event, "restored"));
  }

  /** TypeORM's hook. */
  async beforeUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> {
    const call = updateCall(event);
    await Promise.all([
      this.#guards.beforeUpdate(event),
      call && this.#calls.before(event.queryRunner, call),
    ]);
  }

  /** TypeORM's hook. */
  async afterUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> {
    const call = updateCall(event);
    await Promise.all([
      this.#guards.afterUpdate(event),
      call && this.#calls.after(event.queryRunner, call),
    ]);
  }

  /** TypeORM's hook: a row that is inserted as a deleted one belongs to a deletion of its own. */
  beforeInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    this.#stampInserted(event);
    return this.#guards.beforeInsert(event);
  }

  /** TypeORM's hook. */
  afterInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#guards.afterInsert(event);
  }

  /** TypeORM's hook. */
  beforeRemove(event: RemoveEvent<ObjectLiteral>): Promise<void> {
    return this.#guards.beforeRemove(event);
  }

  /** TypeORM's hook. */
  afterLoad(entity: ObjectLiteral, event?: LoadEvent<ObjectLiteral>): void {
    if (event) this.#guards.afterLoad(entity, event.metadata);
  }

  /** Told of objects that a repository has loaded relations of. @internal */
  [RELATIONS_LOADED](entity: ObjectLiteral, metadata: EntityMetadata): void {
    this.#guards.afterLoad(entity, metadata);
  }

  #stampInserted(event: InsertEvent<ObjectLiteral>): void {
    const { dataSource, metadata } = event;
    const columns = SoftDeleteGraph.of(dataSource).find(metadata)?.softDelete;
    const inserted = insertedObject(event);
    if (!columns || !inserted) return;
    const [date, id, flag] = [columns.deletedAt, columns.deletionId, columns.deletedFlag].map(
      (column) => column && ownColumn(metadata, column),
    );
    const value: unknown = date?.getEntityValue(inserted);
    if (value === undefined || isNull(value)) return;
    flag?.setEntityValue(inserted, true);
    if ((id?.getEntityValue(inserted) ?? null) !== null) return;
    const deletedAt = dateOf(value) ?? now(dataSource);
    id?.setEntityValue(inserted, newDeletionId(deletedAt));
  }

  /** TypeORM's hook. */
  async beforeTransactionRollback({ queryRunner }: TransactionRollbackEvent): Promise<void> {
    if (isOwnRollback(queryRunner)) return;
    await Promise.all([this.#calls.drain(queryRunner), this.#guards.drain(queryRunner)]);
  }

  /** TypeORM's hook. */
  afterTransactionStart({ queryRunner }: TransactionStartEvent): void {
    commitCallbacks.started(queryRunner);
  }

  /** TypeORM's hook. */
  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    commitCallbacks.rolledBack(queryRunner);
    this.#guards.rolledBack(queryRunner);
    this.#forget(queryRunner);
  }

  /** TypeORM's hook. */
  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): Promise<void> {
    this.#forget(queryRunner);
    return commitCallbacks.committed(queryRunner);
  }

  #forget(runner: QueryRunner): void {
    // A single connection serves calls outside the transaction as well.
    if (!dialectOf(runner.manager.dataSource).singleConnection) this.#calls.forget(runner);
  }
}
