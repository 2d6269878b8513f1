import type { EntityTarget, ObjectLiteral } from "typeorm";

import { join, sql } from "../sql/sql";
import type { PrimaryKey } from "../errors";
import { append, entry } from "./entries";
import type { SoftDeleteTable } from "../plan/table";
import type { Deletion } from "../rows/stamps";
import { authorOf, type Author } from "./author";
import { commitCallbacks } from "./commit-callbacks";
import type { OperationEvent, PurgeEvent } from "./events";
import { Members, carries } from "../rows/members";
import type { Recorder } from "./recorder";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { listenersOf } from "./listeners";
import { totalOf, type Counts, type Tally, type Restored, type Taken } from "../rows/tally";

const KEYS_PER_BATCH = 1000;

/** A deletion and what it has taken. */
export interface Made {
  readonly deletion: Deletion;
  readonly taken: Taken;
}

/** Tells the log and the listeners of a soft delete, in its transaction. @internal */
export function reportSoftDelete(
  session: Session,
  recorder: Recorder,
  entity: string,
  deletion: Deletion,
  taken: Taken,
): Promise<void> {
  return reportSoftDeletes(session, recorder, entity, [{ deletion, taken }]);
}

/** The same of several deletions of one call, which the log is told of together. @internal */
export async function reportSoftDeletes(
  session: Session,
  recorder: Recorder,
  entity: string,
  deletions: readonly Made[],
): Promise<void> {
  const made = deletions.filter(({ taken }) => taken.roots > 0);
  if (recorder.logs) {
    const entries = made.map(({ deletion, taken }) => {
      const counts = taken.tally.toCounts();
      const { id, deletedAt } = deletion;
      return entry("soft-delete", deletion, deletedAt, entity, id, counts, recorder);
    });
    await append(session, entries);
  }
  const listeners = listenersOf(session.manager.dataSource, "afterSoftDelete");
  if (listeners.length === 0) return;
  for (const { deletion, taken } of made) {
    const { id: deletionId, deletedAt } = deletion;
    for (const listener of listeners) {
      await listener.afterSoftDelete?.({
        ...base(session, entity, taken.roots, taken.tally.toCounts(), deletion),
        deletionId,
        deletedAt,
        primaryKeys: (target) => keysOfDeletion(session, target, deletionId),
      });
    }
  }
}

/** Tells the log and the listeners of a restore, in its transaction. @internal */
export async function reportRestore(
  session: Session,
  recorder: Recorder,
  entity: string,
  deletionIds: readonly string[],
  author: Author,
  at: Date,
  { roots, tally, handedOver }: Restored,
): Promise<void> {
  if (roots === 0 && totalOf(handedOver.toCounts()) === 0) return;
  const counts = tally.toCounts();
  const deletionId = deletionIds.length === 1 ? (deletionIds[0] ?? null) : null;
  if (recorder.logs) {
    const left = await stillCarried(session, recorder.deletionIds);
    const entries = [...recorder.revived].map(([id, revived]) => {
      const made = entry("restore", author, at, entity, id, revived.toCounts(), recorder);
      made.complete = id !== null && !left.has(id);
      return made;
    });
    const handed = handedOver.toCounts();
    if (totalOf(handed) > 0)
      entries.push(entry("hand-over", author, at, entity, deletionId, handed, recorder));
    await append(session, entries);
  }
  for (const listener of listenersOf(session.manager.dataSource, "afterRestore")) {
    await listener.afterRestore?.({
      ...base(session, entity, roots, counts, author),
      deletionId,
      handedOver: totalOf(handedOver.toCounts()),
      primaryKeys: (target) => noted(session, recorder, target),
    });
  }
}

/** Tells the log and the listeners of a removal for good, in its transaction. @internal */
export async function reportRemoval(
  session: Session,
  recorder: Recorder,
  action: PurgeEvent["action"],
  entity: string,
  author: Author,
  at: Date,
  { roots, tally }: { readonly roots: number; readonly tally: Tally },
): Promise<void> {
  const counts = tally.toCounts();
  if (totalOf(counts) === 0) return;
  if (recorder.logs)
    await append(session, [entry(action, author, at, entity, null, counts, recorder)]);
  for (const listener of listenersOf(session.manager.dataSource, "afterPurge")) {
    await listener.afterPurge?.({
      ...base(session, entity, roots, counts, author),
      action,
      primaryKeys: (target) => noted(session, recorder, target),
    });
  }
}

/**
 * Tells the log of a batch of rows that were given a deletion id each: one entry, whatever their number. What each row's
 * own id can undo is found by that id.
 *
 * @internal
 */
export async function reportSettle(
  session: Session,
  recorder: Recorder,
  entity: string,
  tally: Tally,
): Promise<void> {
  const counts = tally.toCounts();
  if (!recorder.logs || totalOf(counts) === 0) return;
  const { dataSource } = session.manager;
  const author = authorOf(dataSource);
  await append(session, [entry("settle", author, now(dataSource), entity, null, counts, recorder)]);
}

function base(
  session: Session,
  entity: string,
  affected: number,
  counts: Counts,
  { actor, reason }: Author,
): Omit<OperationEvent, "primaryKeys"> {
  return {
    manager: session.manager,
    entity,
    affected,
    counts,
    total: totalOf(counts),
    actor,
    reason,
    afterCommit: commitCallbacks.taker(session.runner),
  };
}

/** Which of the deletions still have rows. */
async function stillCarried(
  session: Session,
  deletionIds: readonly string[],
): Promise<Set<string>> {
  const left = new Set<string>();
  if (deletionIds.length === 0) return left;
  const { names } = session.dialect;
  const members = new Members(session, deletionIds);
  for (const table of await members.tables()) {
    const rows = await session.select<{ d: string }>(
      sql`SELECT DISTINCT ${names.of("c", table.softDelete.deletionId)} AS d FROM ${names.table(table)} c WHERE ${members.has("c", table)}`,
    );
    for (const { d } of rows) left.add(d);
  }
  return left;
}

// The interface asks for an iterable that may wait; these keys are at hand.
// eslint-disable-next-line @typescript-eslint/require-await
async function* noted(
  session: Session,
  recorder: Recorder,
  target: EntityTarget<ObjectLiteral>,
): AsyncGenerator<readonly PrimaryKey[]> {
  const keys = recorder.keysOf(session.graph.get(target));
  for (let at = 0; at < keys.length; at += KEYS_PER_BATCH)
    yield keys.slice(at, at + KEYS_PER_BATCH);
}

/** The keys of the rows that carry a deletion's id, one SELECT for each batch. */
async function* keysOfDeletion(
  session: Session,
  target: EntityTarget<ObjectLiteral>,
  deletionId: string,
): AsyncGenerator<readonly PrimaryKey[]> {
  const table: SoftDeleteTable = session.graph.get(target);
  const { names } = session.dialect;
  const carried = carries(session, "c", table, deletionId);
  const order = names.list("c", table.primary);
  for (let after: PrimaryKey | undefined; ;) {
    const values = table.primary.map((column) =>
      session.value(column, after?.[column.propertyPath]),
    );
    const further = after
      ? sql` AND ${names.row("c", table.primary)} > (${join(values, ", ")})`
      : "";
    const rows = await session.select(
      sql`SELECT ${session.keyColumns("c", table)} FROM ${names.table(table)} c WHERE ${carried}${further} ORDER BY ${order} LIMIT ${String(KEYS_PER_BATCH)}`,
    );
    const keys = rows.map((row) => session.key(table, row));
    if (keys.length > 0) yield keys;
    if (keys.length < KEYS_PER_BATCH) return;
    after = keys.at(-1);
  }
}
