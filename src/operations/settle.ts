import type { EntityManager, ObjectLiteral } from "typeorm";

import type { Assignment } from "../dialect/dialect";
import { and, bind, join, or, sql, type Sql } from "../dialect/sql";
import { SoftDeleteConfigurationError } from "../errors";
import type { SoftDeleteTable } from "../plan/table";
import { clear } from "./assignments";
import { chunks } from "./criteria";
import { newDeletionId } from "./deletion-id";
import { flagOutOfStep } from "./flag";
import { SettleResult, Tally, type Counts } from "./results";
import type { Session } from "./session";
import { takeBelow } from "./settle-cascade";
import { transact } from "./transaction";

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
   * Whether the active rows below each settled row, over `CASCADE` relations, are soft-deleted along with it.
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
  /** Is called, and awaited, after each batch. @default none */
  readonly onProgress?: (progress: SettleProgress) => void | Promise<void>;
  /** Ends the call between two batches, which then rejects with the signal's reason. @default none */
  readonly signal?: AbortSignal;
}

const BATCH_SIZE = 1000;
// A CASE is searched from its beginning for every row, and SQLite limits the depth of an OR.
const ROWS_PER_STATEMENT = 500;
// What fits the 48 bits of a UUIDv7.
const LATEST = 2 ** 48 - 1;

/** Settles some tables, batch by batch, each in a transaction of its own. @internal */
export async function settle(
  manager: EntityManager,
  tables: readonly SoftDeleteTable[],
  options: SettleOptions,
): Promise<SettleResult> {
  const size = batchSizeOf(options);
  const tally = new Tally();
  const steps = [
    (session: Session, table: SoftDeleteTable) =>
      settleDeleted(session, table, size, options.cascade ?? false),
    (session: Session, table: SoftDeleteTable) => settleActive(session, table, size),
    (session: Session, table: SoftDeleteTable) => settleFlags(session, table, size),
  ];
  for (const table of tables) {
    for (const step of steps) {
      let settled: ReadonlyMap<string, number>;
      do {
        options.signal?.throwIfAborted();
        settled = await transact(manager, (session) => step(session, table));
        for (const [name, rows] of settled) tally.add(name, rows);
        if (settled.size > 0) await options.onProgress?.(new SettleResult(tally.toCounts()));
      } while (settled.size > 0);
    }
  }
  return new SettleResult(tally.toCounts());
}
