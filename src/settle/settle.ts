import type { EntityManager } from "typeorm";

import { BOOLEAN, FUNCTION, SIGNAL, wholeNumber, type OptionRules } from "../errors/check-options";
import type { SoftDeleteTable } from "../plan/table";
import { SettleResult } from "../record/results";
import type { Session } from "../session/session";
import { settleActive, settleDeleted, settleFlags } from "./settle-rows";
import { transact } from "../session/transaction";
import { type Counts, Tally } from "../rows/tally";

/** How far a `settle()` has come. */
export interface SettleProgress {
  /** The rows that were settled so far, by entity. */
  readonly counts: Counts;
  /** The number of rows that were settled so far. */
  readonly total: number;
}

/** The options of `settle()`. */
export interface SettleOptions {
  /**
   * Whether the active rows below a settled row, over `CASCADE` relations, are soft-deleted along with it.
   *
   * @default false
   */
  readonly cascade?: boolean;
  /**
   * How many rows one transaction settles.
   *
   * @default 1000
   */
  readonly batchSize?: number;
  /**
   * Is called, and awaited, after each batch.
   *
   * @default none
   */
  readonly onProgress?: (progress: SettleProgress) => void | Promise<void>;
  /**
   * Ends the call between two batches; it then rejects with the signal's reason.
   *
   * @default none
   */
  readonly signal?: AbortSignal;
}

/** @internal */
export const SETTLE_RULES: OptionRules<SettleOptions> = {
  cascade: BOOLEAN,
  batchSize: wholeNumber(1),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

const BATCH_SIZE = 1000;

/** Settles tables, batch by batch, each batch in a transaction of its own. @internal */
export async function settle(
  manager: EntityManager,
  tables: readonly SoftDeleteTable[],
  { cascade = false, batchSize = BATCH_SIZE, onProgress, signal }: SettleOptions,
): Promise<SettleResult> {
  const all = new Tally();
  const repeat = async (step: (session: Session) => Promise<Tally>): Promise<void> => {
    for (;;) {
      signal?.throwIfAborted();
      const settled = Object.entries((await transact(manager, step)).toCounts());
      if (settled.length === 0) return;
      for (const [name, rows] of settled) all.add(name, rows);
      await onProgress?.(new SettleResult(all.toCounts()));
    }
  };
  for (const table of tables) {
    await repeat((session) => settleDeleted(session, table, batchSize, cascade));
    await repeat((session) => settleActive(session, table, batchSize));
    if (table.softDelete.deletedFlag) {
      await repeat((session) => settleFlags(session, table, batchSize));
    }
  }
  return new SettleResult(all.toCounts());
}
