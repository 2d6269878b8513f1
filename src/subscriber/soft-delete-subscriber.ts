import {
  EventSubscriber,
  type DataSource,
  type EntityMetadata,
  type EntitySubscriberInterface,
  type ObjectLiteral,
  type RecoverEvent,
  type SoftRemoveEvent,
  type UpdateEvent,
} from "typeorm";

import { SETTINGS } from "../operations/settings";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { NativeCalls, type NativeCall } from "./native-calls";
import type { SoftDeleteSubscriberOptions } from "./subscriber-options";

/**
 * Makes TypeORM's own soft deletes and restores (of any repository, manager or query builder) cascade and come back
 * exactly. Register it, or what {@link SoftDeleteSubscriber.with} returns, in the data source's `subscribers`.
 *
 * A subclass needs its own `@EventSubscriber()`: TypeORM ignores a subscriber class without one.
 *
 * @example
 * ```ts
 * new DataSource({ ..., subscribers: [SoftDeleteSubscriber] });
 * new DataSource({ ..., subscribers: [SoftDeleteSubscriber.with({ actor: () => currentUser()?.name })] });
 * ```
 */
@EventSubscriber()
export class SoftDeleteSubscriber implements EntitySubscriberInterface<ObjectLiteral> {
  /** @internal */
  readonly [SETTINGS]: SoftDeleteSubscriberOptions = {};
  readonly #calls = new NativeCalls();

  /** A subscriber class with the given options. */
  static with(options: SoftDeleteSubscriberOptions): typeof SoftDeleteSubscriber {
    @EventSubscriber()
    class ConfiguredSoftDeleteSubscriber extends this {
      override readonly [SETTINGS] = options;
    }
    return ConfiguredSoftDeleteSubscriber;
  }

  /**
   * TypeORM's hook. Validates the whole configuration at the very first query, which makes `initialize()` reject before
   * any table is created.
   *
   * @internal
   */
  beforeQuery?(event: { dataSource: DataSource }): void;

  constructor() {
    this.beforeQuery = ({ dataSource }) => {
      SoftDeleteGraph.of(dataSource);
      delete this.beforeQuery;
    };
  }

  /** TypeORM's hook. @internal */
  beforeSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.before(event.queryRunner, rowCall(event, "deleted"));
  }

  /** TypeORM's hook. @internal */
  afterSoftRemove(event: SoftRemoveEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.after(event.queryRunner, rowCall(event, "deleted"));
  }

  /** TypeORM's hook. @internal */
  beforeRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.before(event.queryRunner, rowCall(event, "restored"));
  }

  /** TypeORM's hook. @internal */
  afterRecover(event: RecoverEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#calls.after(event.queryRunner, rowCall(event, "restored"));
  }

  /** TypeORM's hook. @internal */
  beforeUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | undefined {
    const call = updateCall(event);
    return call && this.#calls.before(event.queryRunner, call);
  }

  /** TypeORM's hook. @internal */
  afterUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | undefined {
    const call = updateCall(event);
    return call && this.#calls.after(event.queryRunner, call);
  }
}

function rowCall(
  { manager, metadata, entity, entityId }: SoftRemoveEvent<ObjectLiteral>,
  direction: NativeCall["direction"],
): NativeCall {
  const id = entityId === undefined ? undefined : metadata.ensureEntityIdMap(entityId);
  return { manager, metadata, direction, id, entity };
}

/** A `save()` or `update()` that sets or clears the delete date; undefined for every other. */
function updateCall({
  manager,
  metadata,
  entity,
  databaseEntity,
  updatedColumns,
}: UpdateEvent<ObjectLiteral>): NativeCall | undefined {
  const column = metadata.deleteDateColumn;
  if (!column || !entity) return undefined;
  // A criteria call has no row from the database, and its entity is what it sets.
  const ofRow = (databaseEntity as ObjectLiteral | undefined) !== undefined;
  if (ofRow && !updatedColumns.includes(column)) return undefined;
  const value: unknown = column.getEntityValue(entity);
  if (value === undefined) return undefined;
  return {
    manager,
    metadata,
    direction: isNull(value) ? "restored" : "deleted",
    id: ofRow ? idOf(metadata, entity) : undefined,
    entity: ofRow ? entity : undefined,
    at: value instanceof Date ? value : undefined,
  };
}

function isNull(value: unknown): boolean {
  return (
    value === null ||
    (typeof value === "function" && /^\s*null\s*$/i.test(String((value as () => unknown)())))
  );
}

function idOf(metadata: EntityMetadata, entity: ObjectLiteral): ObjectLiteral | undefined {
  return metadata.getEntityIdMap(entity);
}
