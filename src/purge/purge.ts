import type { EntityManager, FindOptionsWhere, ObjectLiteral } from "typeorm";

import {
  ANYTHING,
  BOOLEAN,
  FUNCTION,
  SIGNAL,
  wholeNumber,
  type OptionRules,
} from "../errors/check-options";
import type { SoftDeleteTable } from "../plan/table";
import { authorOf } from "../record/author";
import { AUTHOR_RULES } from "../record/deletion-context";
import { momentBefore } from "./duration";
import { countBlocked, countLeft, countOnly } from "./count";
import { purgeCyclic } from "./cyclic";
import { purgePlain } from "./plain";
import { PurgeScope, type PurgeRoot } from "./scope";
import { PurgeWork } from "./work";
import { PurgeResult } from "../record/results";
import { now } from "../session/settings";

/** The options of a `purge()` over all entities. */
export interface PurgeAllOptions {
  /**
   * Removes rows that were deleted before this moment, or longer ago than this duration by the subscriber's `clock`: a number
   * and `s`, `m`, `h`, `d` or `w`, such as `"30d"`, `"12h"` or `"2 weeks"`. A row deleted at the very moment stays. A moment
   * that is still to come is refused.
   */
  readonly olderThan: Date | string;
  /**
   * How many rows one transaction removes.
   *
   * @default 1000
   */
  readonly batchSize?: number | undefined;
  /**
   * Only counts what would be removed, and what is blocked.
   *
   * @default false
   */
  readonly dryRun?: boolean | undefined;
  /**
   * Is called, and awaited, after each batch that removed rows, with what has been removed so far.
   *
   * @default none
   */
  readonly onProgress?: ((progress: PurgeResult) => void | Promise<void>) | undefined;
  /**
   * Ends the call between two batches; it then rejects with the signal's reason. What is purged stays purged.
   *
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /** Who, for the log and the events. @default the context's actor, else the subscriber's */
  readonly actor?: string | null | undefined;
  /** Why, for the log and the events. */
  readonly reason?: string | null | undefined;
}

/** The options of a `purge()` of one entity. */
export interface PurgeOptions<Entity extends ObjectLiteral> extends PurgeAllOptions {
  /**
   * Only rows that match, and in the tables to which soft-deleting them cascades only rows below rows that match.
   *
   * @default all rows
   */
  readonly where?: FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[];
}

/** @internal */
export const PURGE_ALL_RULES: OptionRules<PurgeAllOptions> = {
  // Looked at as a duration.
  olderThan: ANYTHING,
  batchSize: wholeNumber(1),
  dryRun: BOOLEAN,
  onProgress: FUNCTION,
  signal: SIGNAL,
  ...AUTHOR_RULES,
};

/** @internal */
export const PURGE_RULES: OptionRules<PurgeOptions<ObjectLiteral>> = {
  ...PURGE_ALL_RULES,
  // Looked at as criteria.
  where: ANYTHING,
};

const BATCH_SIZE = 1000;

/** Removes expired rows of some tables for good, those that refer to others first. @internal */
export async function purge(
  manager: EntityManager,
  tables: readonly SoftDeleteTable[],
  root: PurgeRoot | undefined,
  options: Partial<PurgeAllOptions>,
): Promise<PurgeResult> {
  const { dataSource } = manager;
  const { olderThan, batchSize = BATCH_SIZE, dryRun = false, onProgress, signal } = options;
  const cutoff = momentBefore("purge", "olderThan", olderThan, now(dataSource));
  const scope = new PurgeScope(dataSource, tables, cutoff, root);
  const work = new PurgeWork(manager, scope, {
    batchSize,
    onProgress,
    signal,
    author: authorOf(dataSource, options),
  });
  signal?.throwIfAborted();
  if (!dryRun) {
    for (const group of work.groups) {
      if (group.inner.length > 0) await purgeCyclic(work, group);
      else for (const table of group.tables) await purgePlain(work, table);
    }
  }
  await countLeft(work);
  const blocked = dryRun ? await countOnly(work) : await countBlocked(work);
  return new PurgeResult(work.tally.toCounts(), blocked, work.failures.list);
}
