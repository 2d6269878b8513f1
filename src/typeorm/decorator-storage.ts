import { getMetadataArgsStorage } from "typeorm";

/**
 * Whether a class has `@EventSubscriber()` of its own. TypeORM ignores one without, subclasses of a decorated class included.
 *
 * Leans on `MetadataArgsStorage.filterSubscribers()`, by which TypeORM picks them.
 *
 * @internal
 */
export function isSubscriberClass(subscriber: object): boolean {
  return getMetadataArgsStorage().filterSubscribers([subscriber as () => void]).length > 0;
}
