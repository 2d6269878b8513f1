import type { DataSource } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import {
  BOOLEAN,
  checkOptions,
  DATE,
  FUNCTION,
  oneOf,
  TEXT_OR_NULL,
  type OptionRules,
} from "../errors/check-options";
import { isSubscriberClass } from "../typeorm/decorator-storage";

/** The options of the subscriber that every operation of a data source goes by. */
export interface SoftDeleteSubscriberOptions {
  /**
   * Who is deleting, when the call does not say.
   *
   * @default none
   */
  readonly actor?: () => string | null | undefined;
  /**
   * The time that a deletion stamps, one value for each deletion, cut to the millisecond.
   *
   * @default () => new Date()
   */
  readonly clock?: () => Date;
  /**
   * Whether TypeORM's own `remove()`, `delete()`, `clear()` and `orphanedRowAction: "delete"` may remove rows of
   * soft-deletable entities. With "forbid" they throw a `HardDeleteForbiddenError` before anything is written;
   * `forceDelete()`, `forceRemove()` and `purge()` work all the same. Raw SQL and calls with `listeners: false` are unseen.
   *
   * @default "allow"
   */
  readonly hardDelete?: "allow" | "forbid";
  /**
   * Whether `save()` may change a deleted row. With "forbid" it throws a `DeletedEntityWriteError` before anything is
   * written, unless it clears the delete date. `update(criteria)`, `increment()` and `upsert()` are not covered: TypeORM
   * does not tell which rows they change.
   *
   * @default "allow"
   */
  readonly writesToDeleted?: "allow" | "forbid";
  /**
   * Refuses, with a `ParentDeletedError`, an insert, update or `save()` that points an active row at a deleted parent over a
   * `CASCADE` or `RESTRICT` relation, also while that parent is being deleted. Costs one locking SELECT on the parents for
   * each such relation, however many rows; the lock lasts as long as the writer's transaction. A write outside a
   * transaction costs a second one: where its parent was deleted meanwhile, the row joins that deletion, and the call throws.
   *
   * @default false
   */
  readonly guardReferences?: boolean;
  /**
   * Lets `save()` keep a foreign key whose relation had loaded as `null`, because its target is soft-deleted: TypeORM alone
   * sets it to null for good. Applies to loaded objects, not to copies of them. To clear such a reference, set the foreign
   * key by `update()`.
   *
   * @default true
   */
  readonly preserveReferences?: boolean;
}

/** @throws SoftDeleteConfigurationError for an option that does not exist or has no such value. @internal */
export function validateSettings(settings: unknown): void {
  checkOptions(WITH, RULES, settings ?? null, SoftDeleteConfigurationError);
}

const WITH = "SoftDeleteSubscriber.with";

const RULES: OptionRules<SoftDeleteSubscriberOptions> = {
  actor: FUNCTION,
  clock: FUNCTION,
  hardDelete: oneOf("allow", "forbid"),
  writesToDeleted: oneOf("allow", "forbid"),
  guardReferences: BOOLEAN,
  preserveReferences: BOOLEAN,
};

/** Under this name the subscriber holds its options; a registered symbol, since a package may be installed twice. @internal */
export const SETTINGS = Symbol.for("typeorm-soft-delete:settings");

/**
 * The options of the data source's subscriber.
 *
 * @throws SoftDeleteConfigurationError when the subscriber is a class that TypeORM ignores.
 * @internal
 */
export function settingsOf(dataSource: DataSource): SoftDeleteSubscriberOptions {
  for (const subscriber of dataSource.subscribers) {
    const settings = (subscriber as { [SETTINGS]?: SoftDeleteSubscriberOptions })[SETTINGS];
    if (settings) return settings;
  }
  refuseUndecorated(dataSource);
  return {};
}

/** Refuses a second subscriber of this package: both would stamp, with different options, in each other's savepoints. @internal */
export function refuseSecond({ subscribers }: DataSource): void {
  const own = subscribers.filter((subscriber) => SETTINGS in subscriber);
  if (own.length < 2) return;
  throw SoftDeleteConfigurationError.severalSubscribers(own.map((one) => one.constructor.name));
}

/** Refuses a subclass of the subscriber without its own `@EventSubscriber()`. @internal */
export function refuseUndecorated(dataSource: DataSource): void {
  for (const given of Object.values(dataSource.options.subscribers ?? {}) as unknown[]) {
    if (typeof given !== "function" || !(SETTINGS in given)) continue;
    if (!isSubscriberClass(given)) {
      throw SoftDeleteConfigurationError.undecoratedSubscriber(given.name);
    }
  }
}

/** Whether this package's subscriber is among those of a data source. @internal */
export function hasSubscriber({ subscribers }: DataSource): boolean {
  return subscribers.some((subscriber) => SETTINGS in subscriber);
}

const warned = new WeakSet<DataSource>();

/** Tells the logger of a data source, once, that this package's subscriber is not among its own. @internal */
export function warnWithoutSubscriber(dataSource: DataSource): void {
  if (warned.has(dataSource)) return;
  warned.add(dataSource);
  if (hasSubscriber(dataSource)) return;
  dataSource.logger.log(
    "warn",
    `typeorm-soft-delete: SoftDeleteSubscriber is not among the subscribers of this data source. TypeORM's own softDelete(), ` +
      `softRemove(), restore() and recover() neither cascade nor come back exactly, and no event is told.`,
  );
}

/** The moment of an operation. @throws SoftDeleteConfigurationError for a clock that tells none. @internal */
export function now(dataSource: DataSource): Date {
  const time: unknown = settingsOf(dataSource).clock?.() ?? new Date();
  if (DATE.accepts(time)) return time as Date;
  const allowed = "a function that returns a valid Date";
  throw SoftDeleteConfigurationError.invalidOption(WITH, "clock()", time, allowed);
}

/** Who the subscriber says it is. @throws SoftDeleteConfigurationError for an actor that is no text. @internal */
export function actorOf(dataSource: DataSource): string | null {
  const actor: unknown = settingsOf(dataSource).actor?.() ?? null;
  if (TEXT_OR_NULL.accepts(actor)) return actor as string | null;
  const allowed = "a function that returns a string or null";
  throw SoftDeleteConfigurationError.invalidOption(WITH, "actor()", actor, allowed);
}
