import { getMetadataArgsStorage, type DataSource } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";

/** The options of the subscriber that every operation of a data source goes by. */
export interface SoftDeleteSettings {
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
}

/** Under this name the subscriber holds its options; a registered symbol, since a package may be installed twice. @internal */
export const SETTINGS = Symbol.for("typeorm-soft-delete:settings");

/**
 * The options of the data source's subscriber.
 *
 * @throws SoftDeleteConfigurationError when the subscriber is a class that TypeORM ignores.
 * @internal
 */
export function settingsOf(dataSource: DataSource): SoftDeleteSettings {
  for (const subscriber of dataSource.subscribers) {
    const settings = (subscriber as { [SETTINGS]?: SoftDeleteSettings })[SETTINGS];
    if (settings) return settings;
  }
  refuseUndecorated(dataSource);
  return {};
}

/** Refuses a subclass of the subscriber without its own `@EventSubscriber()`. @internal */
export function refuseUndecorated(dataSource: DataSource): void {
  for (const given of Object.values(dataSource.options.subscribers ?? {}) as unknown[]) {
    if (typeof given !== "function" || !(SETTINGS in given)) continue;
    if (getMetadataArgsStorage().filterSubscribers([given]).length === 0) {
      throw SoftDeleteConfigurationError.undecoratedSubscriber(given.name);
    }
  }
}

/** The moment of an operation. @internal */
export function now(dataSource: DataSource): Date {
  return settingsOf(dataSource).clock?.() ?? new Date();
}
