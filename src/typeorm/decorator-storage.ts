import { getMetadataArgsStorage } from "typeorm";

/**
 * The name that a class, or a base class of it, gives its delete-date column, before any naming strategy; undefined where it has
 * not declared one yet.
 *
 * Leans on the storage in which TypeORM's decorators note what they are given, `MetadataArgsStorage.columns`.
 *
 * @internal
 */
export function deleteDateName(owner: unknown): string | undefined {
  const { columns } = getMetadataArgsStorage();
  for (let at = owner; typeof at === "function"; at = Object.getPrototypeOf(at) as unknown) {
    const found = columns.find((column) => column.target === at && column.mode === "deleteDate");
    if (found) return found.options.name ?? found.propertyName;
  }
  return undefined;
}

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
