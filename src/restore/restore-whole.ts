import type { SoftDeleteTable } from "../plan/table";
import { clear, touch } from "../rows/stamps";
import type { Members } from "../rows/members";
import type { Recorder } from "../record/recorder";
import type { Session } from "../session/session";
import type { Tally } from "../rows/tally";

/** Thrown, and caught again, when a row hangs by a parent that stays deleted: whole deletions cannot be restored then. */
export class StaysBlocked extends Error {}

/**
 * Revives all rows of whole deletions in one write for each row, parents before children.
 *
 * Where a table is reached, the rows by which its rows hang have been revived, and are locked thereby, or are locked by
 * the check: nobody can delete them before the children are active.
 *
 * @throws StaysBlocked when one of them hangs by a parent of another deletion that stays deleted.
 * @internal
 */
export async function restoreWhole(
  session: Session,
  members: Members,
  tables: readonly SoftDeleteTable[],
  tally: Tally,
  recorder: Recorder,
  {
    native,
    closed,
  }: {
    /** Rows that TypeORM has revived already, and whose `version` it has moved. */
    readonly native?: SoftDeleteTable | undefined;
    /** Tables in which every row hangs by another of the members. */
    readonly closed: ReadonlySet<SoftDeleteTable>;
  },
): Promise<void> {
  for (const group of session.graph.below(tables)) {
    const present = group.tables.filter((table) => tables.includes(table));
    if (group.inner.length > 0) for (const table of present) await members.lock(table);
    for (const table of present) {
      const edges = session.graph.parentEdges(table);
      // Their parents were locked when that was found out, and have been revived.
      if (edges.length === 1 && closed.has(table) && session.readsCurrent) continue;
      for (const edge of edges) {
        if ((await members.lockParents(edge)) > 0) throw new StaysBlocked();
      }
    }
    for (const table of present) {
      const moved = table === native ? session.dialect.keep(table) : touch(session, table);
      await recorder.addRevived(table, members.has("c", table), (id) => id);
      const rows = await session.execute(
        session.dialect.update({
          target: table,
          set: [...clear(session, table), ...moved],
          where: members.has("c", table),
        }),
      );
      tally.add(table.name, rows);
    }
  }
}
