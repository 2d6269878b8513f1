import { newDeletionId } from "../rows/deletion-id";
import { type Counts, totalOf } from "../rows/tally";
import type { Session } from "../session/session";
import { appendToLog, logOf } from "./append";
import type { Author } from "./author";
import { boundedRoots, boundedText } from "./bounded";
import type { Recorder } from "./recorder";
import { SoftDeleteLog, type SoftDeleteAction } from "./soft-delete-log";

/** An entry of the log. @internal */
export function entry(
  action: SoftDeleteAction,
  { actor, reason }: Author,
  at: Date,
  entity: string,
  deletionId: string | null,
  counts: Counts,
  recorder: Recorder,
): SoftDeleteLog {
  const roots = recorder.roots.get(deletionId);
  return Object.assign(new SoftDeleteLog(), {
    // By the real clock: entries sort as they were written, whatever the subscriber's clock says.
    id: newDeletionId(new Date()),
    action,
    deletionId,
    entity,
    rootIds: boundedRoots(roots?.ids ?? []),
    rootCount: roots?.count ?? 0,
    counts,
    total: totalOf(counts),
    complete: false,
    actor,
    reason,
    at,
  });
}

/** Appends entries; those of one moment keep their order. @internal */
export function append(session: Session, entries: readonly SoftDeleteLog[]): Promise<void> {
  const ids = entries.map((one) => one.id).sort();
  const log = logOf(session.manager.dataSource);
  entries.forEach((one, index) => {
    one.id = ids[index] ?? one.id;
    boundedText(log?.findColumnWithPropertyName("actor"), one.actor);
    boundedText(log?.findColumnWithPropertyName("reason"), one.reason);
  });
  return appendToLog(session.manager, entries);
}
