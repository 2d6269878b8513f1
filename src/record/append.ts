import type { DataSource, EntityManager, EntityMetadata, QueryDeepPartialEntity } from "typeorm";

import { SoftDeleteLog } from "./soft-delete-log";

const ENTRIES_PER_STATEMENT = 500;

/** The log that the application has opted in to: {@link SoftDeleteLog}, or its own subclass of it. @internal */
export function logOf(dataSource: DataSource): EntityMetadata | undefined {
  const logs = dataSource.entityMetadatas.filter(({ target }) => isLog(target));
  return logs.find(({ target }) => target !== SoftDeleteLog) ?? logs[0];
}

/** Whether the application has opted in. @internal */
export function hasLog(manager: EntityManager): boolean {
  return logOf(manager.dataSource) !== undefined;
}

/** Appends entries, without waking any subscriber. @internal */
export async function appendToLog(
  manager: EntityManager,
  entries: readonly SoftDeleteLog[],
): Promise<void> {
  const target = logOf(manager.dataSource)?.target;
  if (!isLog(target)) return;
  // What a subclass initialises its own columns with goes along.
  const own = entries.map((entry) => Object.assign(new target(), entry));
  for (let at = 0; at < own.length; at += ENTRIES_PER_STATEMENT) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(target)
      .values(own.slice(at, at + ENTRIES_PER_STATEMENT) as QueryDeepPartialEntity<SoftDeleteLog>[])
      .callListeners(false)
      .updateEntity(false)
      .execute();
  }
}

function isLog(target: unknown): target is typeof SoftDeleteLog {
  return (
    target === SoftDeleteLog ||
    (typeof target === "function" && target.prototype instanceof SoftDeleteLog)
  );
}
