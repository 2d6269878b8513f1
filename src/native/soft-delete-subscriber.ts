import {
  EventSubscriber,
  type AfterQueryEvent,
  type BeforeQueryEvent,
  type EntityMetadata,
  type EntitySubscriberInterface,
  type InsertEvent,
  type LoadEvent,
  type ObjectLiteral,
  type RecoverEvent,
  type RemoveEvent,
  type SoftRemoveEvent,
  type TransactionCommitEvent,
  type TransactionRollbackEvent,
  type TransactionStartEvent,
  type UpdateEvent,
} from "typeorm";

import type { Only } from "../errors";
import { dialectOf } from "../sql";
import { commitCallbacks } from "../record/commit-callbacks";
import type {
  OperationListeners,
  PurgeEvent,
  RestoreEvent,
  SoftDeleteEvent,
} from "../record/events";
import { RELATIONS_LOADED } from "../session/relations-loaded";
import {
  refuseSecond,
  refuseUndecorated,
  SETTINGS,
  validateSettings,
  type SoftDeleteSubscriberOptions,
} from "../session/settings";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { IS_OWN_HOOK, isOwnCall, type EntityHook } from "../typeorm/entity-hooks";
import { storedRow } from "../typeorm/hook-events";
import { isOfSchemaBuilder } from "../typeorm/schema-builder";
import { refuseDroppedDeleteDate } from "./guards/dropped-delete-date";
import { CallContexts } from "./call-contexts";
import * as gate from "./connection-gate";
import { Guards } from "./guards/guards";
import { InsertStatements } from "./insert-statements";
import { removalCall, updateCall, type NativeCall } from "./native-call";
import { ObjectCalls } from "./object-calls";
import { isUnderWay, StatementCalls, type AnnouncedCall } from "./statement-calls";

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
  readonly #contexts = new CallContexts<AnnouncedCall>(isUnderWay);
  readonly #objects = new ObjectCalls(this.#contexts);
  readonly #statements = new StatementCalls(this.#contexts);
  readonly #inserts = new InsertStatements();
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
   * @throws SoftDeleteConfigurationError for an option that does not exist or has no such value.
   */
  static with<Key extends PropertyKey>(
    options: Only<SoftDeleteSubscriberOptions, Key>,
  ): typeof SoftDeleteSubscriber {
    validateSettings(options);
    @EventSubscriber()
    class ConfiguredSoftDeleteSubscriber extends this {
      override readonly [SETTINGS] = options;
    }
    return ConfiguredSoftDeleteSubscriber;
  }

  /**
   * TypeORM's hook. Validates the whole configuration at the very first query: with `synchronize` or `migrationsRun` that
   * makes `initialize()` reject before any table is created. Stops TypeORM's schema builder before it drops a delete date.
   */
  beforeQuery(event: BeforeQueryEvent): Promise<unknown> | undefined {
    const { dataSource, query, queryRunner } = event;
    if (!this.#validated) {
      refuseUndecorated(dataSource);
      refuseSecond(dataSource);
      dialectOf(dataSource);
      SoftDeleteGraph.of(dataSource);
      this.#validated = true;
    }
    if (this.#guards.watchesQueries) this.#guards.beforeQuery(dataSource, query);
    if (isOfSchemaBuilder(event)) return refuseDroppedDeleteDate(dataSource, queryRunner);
    const call = this.#inserts.before(event) ?? this.#statements.before(event);
    return call ?? gate.passStatement(queryRunner, query);
  }

  /** TypeORM's hook. */
  afterQuery(event: AfterQueryEvent): Promise<void> | undefined {
    const inserted = this.#inserts.after(event);
    const closed = inserted ?? this.#statements.after(event);
    if (event.success) gate.rolledBackTo(event);
    if (event.success || (closed && !inserted)) return closed;
    if (!closed) gate.transactionFailed(event);
    return Promise.resolve(inserted).then(() => this.#objects.failed(event));
  }

  /** TypeORM's hook. */
  beforeSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#before(event, removalCall(event, "deleted"));
  }

  /** TypeORM's hook. */
  afterSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#after(event, removalCall(event, "deleted"));
  }

  /** TypeORM's hook. */
  beforeRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#before(event, removalCall(event, "restored"));
  }

  /** TypeORM's hook. */
  afterRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#after(event, removalCall(event, "restored"));
  }

  /** TypeORM's hook. */
  async beforeUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> {
    const ofRow = storedRow(event) !== undefined;
    if (ofRow) this.#inserts.rows.tell(event);
    if (ofRow) this.#contexts.ofRows(event.queryRunner);
    // Another subscriber may set the date after this one has looked.
    else this.#statements.announce(event.queryRunner, event.metadata, () => updateCall(event));
    const call = ofRow ? updateCall(event) : undefined;
    const noted = call && this.#objects.before(event.queryRunner, call);
    await Promise.all([this.#guards.beforeUpdate(event), noted]);
  }

  /** TypeORM's hook. */
  async afterUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> {
    const call = storedRow(event) ? updateCall(event) : undefined;
    const settled = call && this.#objects.after(event.queryRunner, call);
    await Promise.all([this.#guards.afterUpdate(event), settled]);
  }

  /** TypeORM's hook: a row that is inserted as a deleted one belongs to a deletion of its own. */
  async beforeInsert(event: InsertEvent<ObjectLiteral>): Promise<void> {
    this.#inserts.rows.before(event);
    await this.#guards.beforeInsert(event);
  }

  /** TypeORM's hook. */
  async afterInsert(event: InsertEvent<ObjectLiteral>): Promise<void> {
    await this.#inserts.end(event);
    const calls = this.#inserts.rows.after(event);
    const settled = calls.map(async (call) => this.#objects.after(event.queryRunner, call));
    await Promise.all([this.#guards.afterInsert(event), ...settled]);
  }

  /** TypeORM's hook. */
  async beforeRemove(event: RemoveEvent<ObjectLiteral>): Promise<void> {
    this.#inserts.rows.tell(event);
    if (!isOwnCall(event)) await this.#guards.beforeRemove(event);
  }

  /** TypeORM's hook. */
  afterLoad(entity: ObjectLiteral, event?: LoadEvent<ObjectLiteral>): void {
    if (event) this.#guards.afterLoad(entity, event.metadata);
  }

  /** Tells a hook that a subclass has overridden, which is told of this package's verbs as well. @internal */
  [IS_OWN_HOOK](hook: EntityHook): boolean {
    const own: EntitySubscriberInterface<ObjectLiteral> = SoftDeleteSubscriber.prototype;
    return (this as EntitySubscriberInterface<ObjectLiteral>)[hook] === own[hook];
  }

  /** Told of objects that a repository has loaded relations of. @internal */
  [RELATIONS_LOADED](entity: ObjectLiteral, metadata: EntityMetadata): void {
    this.#guards.afterLoad(entity, metadata);
  }

  /** TypeORM's hook. */
  beforeTransactionStart({ queryRunner }: TransactionStartEvent): Promise<void> | undefined {
    return gate.passTransaction(queryRunner);
  }

  /** TypeORM's hook. */
  afterTransactionStart({ queryRunner }: TransactionStartEvent): void {
    gate.transactionStarted(queryRunner);
    commitCallbacks.started(queryRunner);
  }

  /** TypeORM's hook. */
  async beforeTransactionCommit({ queryRunner }: TransactionCommitEvent): Promise<void> {
    // Where another subscriber has thrown, what there is to settle goes on without its caller.
    await this.#objects.drain(queryRunner);
  }

  /** TypeORM's hook. */
  async beforeTransactionRollback({ queryRunner }: TransactionRollbackEvent): Promise<void> {
    await Promise.all([this.#objects.drain(queryRunner), this.#guards.drain(queryRunner)]);
  }

  /** TypeORM's hook. */
  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    gate.transactionEnded(queryRunner);
    this.#inserts.ended(queryRunner);
    commitCallbacks.rolledBack(queryRunner);
    this.#guards.rolledBack(queryRunner);
  }

  /** TypeORM's hook. */
  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): Promise<void> {
    gate.transactionEnded(queryRunner);
    this.#inserts.ended(queryRunner);
    return commitCallbacks.committed(queryRunner);
  }

  /** A call by criteria is known by its statement, and one that names its rows by them. */
  #before(event: RecoverEvent<ObjectLiteral>, call: NativeCall): Promise<void> | undefined {
    if (isOwnCall(event)) return undefined;
    this.#inserts.rows.tell(event);
    if (call.id) return this.#objects.before(event.queryRunner, call);
    this.#statements.announce(event.queryRunner, event.metadata, () => call);
    return undefined;
  }

  #after(event: RecoverEvent<ObjectLiteral>, call: NativeCall): Promise<void> | undefined {
    return isOwnCall(event) || !call.id ? undefined : this.#objects.after(event.queryRunner, call);
  }
}
