import type {
  EntityMetadata,
  EntitySubscriberInterface,
  ObjectLiteral,
  QueryRunner,
  RemoveEvent,
} from "typeorm";

/** What a verb of this package does, in the words of TypeORM's hooks. */
export type HookedAction = "SoftRemove" | "Recover" | "Remove";

/** @internal */
export type EntityHook = `${"before" | "after"}${HookedAction}`;

/** What a hook is told of a row; nothing of a call by criteria. */
export interface HookedRow {
  readonly entity?: ObjectLiteral;
  /** The row as it was before the operation. */
  readonly row?: ObjectLiteral;
}

/** Under this name an event says that a verb of this package tells it; a registered symbol, since a package may be installed twice. */
const OWN_CALL = Symbol.for("typeorm-soft-delete:own-call");

/** Under this name the package's subscriber says whether a hook is its own, which such an event does not concern. @internal */
export const IS_OWN_HOOK = Symbol.for("typeorm-soft-delete:is-own-hook");

type Subscriber = EntitySubscriberInterface<ObjectLiteral> & {
  [IS_OWN_HOOK]?(hook: EntityHook): boolean;
};

/** Whether it is a verb of this package that tells of it, and no call of TypeORM's own. @internal */
export function isOwnCall(event: RemoveEvent<ObjectLiteral>): boolean {
  return OWN_CALL in event;
}

/** Whether anybody listens to rows of an entity, or to calls by criteria. @internal */
export function isListenedTo(
  metadata: EntityMetadata,
  action: HookedAction,
  byObjects: boolean,
): boolean {
  return ([`before${action}`, `after${action}`] as const).some(
    (hook) =>
      (byObjects && metadata[`${hook}Listeners`].length > 0) ||
      subscribersTo(metadata, hook).length > 0,
  );
}

/**
 * Tells the listeners of the object's class, and then the subscribers that listen to the entity, one after the other: they
 * share one connection. What one throws keeps the others from being told.
 *
 * Leans on the listeners in the metadata, and on this being what TypeORM's broadcaster tells and whom; that itself would tell
 * the package's own subscriber as well.
 *
 * @internal
 */
export async function tellHook(
  runner: QueryRunner,
  metadata: EntityMetadata,
  hook: EntityHook,
  { entity, row }: HookedRow = {},
): Promise<void> {
  for (const listener of entity ? metadata[`${hook}Listeners`] : []) {
    if (entity && listener.isAllowed(entity)) await (listener.execute(entity) as unknown);
  }
  const subscribers = subscribersTo(metadata, hook);
  if (subscribers.length === 0) return;
  const { manager } = runner;
  const { dataSource } = manager;
  const event = {
    ...{ dataSource, connection: dataSource, queryRunner: runner, manager, metadata },
    // Of a call by criteria both are undefined, which TypeORM does not declare.
    entity: entity as ObjectLiteral,
    databaseEntity: row as ObjectLiteral,
    entityId: metadata.getEntityIdMixedMap(row ?? entity) as unknown,
    [OWN_CALL]: true,
  };
  for (const subscriber of subscribers) await subscriber[hook]?.(event);
}

function subscribersTo(metadata: EntityMetadata, hook: EntityHook): Subscriber[] {
  const { target, dataSource } = metadata;
  return (dataSource.subscribers as Subscriber[]).filter((subscriber) => {
    if (!subscriber[hook] || subscriber[IS_OWN_HOOK]?.(hook) === true) return false;
    const listensTo: unknown = subscriber.listenTo?.();
    return (
      !listensTo ||
      listensTo === Object ||
      listensTo === target ||
      Object.prototype.isPrototypeOf.call(listensTo, target as object)
    );
  });
}
