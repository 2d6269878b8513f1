import type { EntityManager } from "typeorm";

import {
  BOOLEAN,
  FUNCTION,
  oneOf,
  SIGNAL,
  wholeNumber,
  type OptionRules,
} from "../errors/check-options";
import type { SoftDeleteEdge } from "../plan/edge";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { SettleResult } from "../record/results";
import type { Session } from "../session/session";
import { transact } from "../session/transaction";
import { type Counts, Tally, totalOf } from "../rows/tally";
import { settleBelow } from "./settle-below";
import { settleDeleted } from "./settle-deleted";
import { settleFlags } from "./settle-flags";
import { settleRestored } from "./settle-restored";

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
   * Whether active rows that hang by a deleted row over `CASCADE` relations are soft-deleted into its deletion: below rows that
   * are settled, and below all others. Not those on which active rows hang over `RESTRICT`. Without it no active row is
   * deleted but one whose restore is taken back, with what hangs below it.
   *
   * @default false
   */
  readonly cascade?: boolean;
  /**
   * What becomes of a row without a deletion id whose deletion would have been refused, since active rows hang by it over
   * `RESTRICT` relations: it stays deleted, and `check()` reports it; or it comes back, as after a refusal. What plain
   * TypeORM has deleted before this package came looks the same as what a process has left that died before it could refuse.
   *
   * @default "report"
   */
  readonly restricted?: "report" | "restore";
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
  restricted: oneOf("report", "restore"),
  batchSize: wholeNumber(1),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

const BATCH_SIZE = 1000;

/** Settles tables, batch by batch, each batch in a transaction of its own. @internal */
export async function settle(
  manager: EntityManager,
  tables: readonly SoftDeleteTable[],
  options: SettleOptions,
): Promise<SettleResult> {
  const { cascade = false, restricted = "report", batchSize = BATCH_SIZE } = options;
  const { onProgress, signal } = options;
  const all = new Tally();
  const batch = async <Result extends { readonly tally: Tally }>(
    step: (session: Session) => Promise<Result>,
  ): Promise<Result> => {
    signal?.throwIfAborted();
    const result = await transact(manager, step);
    all.addAll(result.tally);
    if (totalOf(result.tally.toCounts()) > 0) await onProgress?.(new SettleResult(all.toCounts()));
    return result;
  };
  const repeat = async (step: (session: Session) => Promise<Tally>): Promise<void> => {
    let rows: number;
    do {
      const { tally } = await batch(async (session) => ({ tally: await step(session) }));
      rows = totalOf(tally.toCounts());
    } while (rows > 0);
  };
  const graph = SoftDeleteGraph.of(manager.dataSource);
  const inOrder = graph.below(tables).flatMap((group) => group.tables);
  const asked = inOrder.filter((table) => tables.includes(table));
  const deleted = { cascade, undoRestricted: restricted === "restore" };
  const childEdges = asked.flatMap((table) => graph.childEdges(table));
  for (;;) {
    const before = totalOf(all.toCounts());
    let undecided = 0;
    // Parents first: what becomes of them decides what becomes of their children.
    for (const table of asked) {
      await repeat((session) => settleDeleted(session, table, batchSize, deleted));
      undecided += await decideRestored(batch, table, batchSize);
      if (table.softDelete.deletedFlag) {
        await repeat((session) => settleFlags(session, table, batchSize));
      }
    }
    if (cascade) await takeAllBelow(batch, childEdges);
    // What was settled later may have stood in the way.
    if (undecided === 0 || totalOf(all.toCounts()) === before) break;
  }
  return new SettleResult(all.toCounts());
}

type Batch = <Result extends { readonly tally: Tally }>(
  step: (session: Session) => Promise<Result>,
) => Promise<Result>;

/** Returns how many deletions have rows that could not be decided. */
async function decideRestored(batch: Batch, table: SoftDeleteTable, size: number): Promise<number> {
  const left: string[] = [];
  for (;;) {
    const { tally, undecided } = await batch((session) =>
      settleRestored(session, table, size, left),
    );
    left.push(...undecided);
    if (undecided.length === 0 && totalOf(tally.toCounts()) === 0) return left.length;
  }
}

/** Until nothing more is found: what was taken may have stood in the way of others. */
async function takeAllBelow(batch: Batch, edges: readonly SoftDeleteEdge[]): Promise<void> {
  let rows: number;
  do {
    rows = 0;
    for (const edge of edges.filter(({ policy }) => policy === "CASCADE")) {
      for (let after: string | undefined; ;) {
        const { tally, last } = await batch((session) => settleBelow(session, edge, after));
        if (last === undefined) break;
        rows += totalOf(tally.toCounts());
        after = last;
      }
    }
  } while (rows > 0);
}
