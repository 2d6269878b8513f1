import type { EntityManager, QueryDeepPartialEntity } from "typeorm";

import { SoftDeleteLog } from "./soft-delete-log";

/** How many root ids an entry holds. @internal */
export const LOGGED_ROOTS = 100;

const ENTRIES_PER_STATEMENT = 500;

/** Whether the application has opted in. @internal */
export function hasLog(manager: EntityManager): boolean {
  return manager.dataSource.hasMetadata(SoftDeleteLog);
}

/** Appends entries, without waking any subscriber. @internal */
export async function appendToLog(
  manager: EntityManager,
  entries: readonly SoftDeleteLog[],
): Promise<void> {
  for (let at = 0; at < entries.length; at += ENTRIES_PER_STATEMENT) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(SoftDeleteLog)
      .values(
        entries.slice(at, at + ENTRIES_PER_STATEMENT) as QueryDeepPartialEntity<SoftDeleteLog>[],
      )
      .callListeners(false)
      .updateEntity(false)
      .execute();
  }
}
