import type { SoftDeleteTable } from "../plan/table";
import type { Recorder } from "../record/recorder";
import type { Members } from "../rows/members";
import { clear, touch } from "../rows/stamps";
import type { Tally } from "../rows/tally";
import type { Session } from "../session/session";

/** Deletions of which every row is to come back. The rows by which others of them hang are locked. */
export interface WholeDeletions {
  readonly members: Members;
  /** The tables in which they have rows. */
  readonly tables: readonly SoftDeleteTable[];
  /** Those in which every row hangs by another of the members. */
  readonly closed: ReadonlySet<SoftDeleteTable>;
  /** Rows that TypeORM has revived already, and whose `version` it has moved. */
  readonly native?: SoftDeleteTable | undefined;
}

/**
 * Whether a row of the deletions hangs by a parent of another one that stays deleted: then they cannot be restored whole.
 * Locks the other parents, so that an active one stays so until the operation ends.
 *
 * @internal
 */
export async function hangsByOthers(
  session: Session,
  { members, tables, closed }: WholeDeletions,
): Promise<boolean> {
  for (const table of tablesInOrder(session, tables)) {
    const edges = session.graph.parentEdges(table);
    // Its rows have no other parents, and those are locked.
    if (edges.length === 1 && closed.has(table) && session.readsCurrent) continue;
    for (const edge of edges) {
      if ((await members.lockParents(edge)) > 0) return true;
    }
  }
  return false;
}

/** Revives all rows of whole deletions in one write for each row, parents before children. @internal */
export async function reviveWhole(
  session: Session,
  { members, tables, native }: WholeDeletions,
  tally: Tally,
  recorder: Recorder,
): Promise<void> {
  for (const table of tablesInOrder(session, tables)) {
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

function tablesInOrder(session: Session, tables: readonly SoftDeleteTable[]): SoftDeleteTable[] {
  return session.graph
    .below(tables)
    .flatMap((group) => group.tables)
    .filter((table) => tables.includes(table));
}
