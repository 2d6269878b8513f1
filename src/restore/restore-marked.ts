import { and, filter, sql } from "../sql/sql";
import { ParentDeletedError, type DeletedParent } from "../errors";
import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import { clear, touch } from "../rows/stamps";
import { handOver } from "./hand-over";
import { type MarkedRows } from "./marking";
import { unmarked } from "../rows/deletion-id";
import type { Members } from "../rows/members";
import type { Recorder } from "../record/recorder";
import type { RestoreContext } from "./restore-options";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { Tally, type Restored } from "../rows/tally";
import { isDeleted } from "../sql/state";
import { markParents } from "./mark-parents";

const NAMED_PARENTS = 100;

/**
 * Revives, of the rows that are marked, those that may come back, and hands the others over.
 *
 * @throws ParentDeletedError when a matched row would stay deleted and the caller has not said what then.
 * @internal
 */
export async function restoreMarked(
  session: Session,
  entity: string,
  roots: readonly SoftDeleteTable[],
  marks: MarkedRows,
  { parents, now }: RestoreContext,
  recorder: Recorder,
  native = false,
): Promise<Restored> {
  const rows = parents === "restore" ? await markParents(session, roots, marks, recorder) : marks;
  const tables = session.graph.softDeletable.filter((table) => rows.tally.of(table.name) > 0);
  const groups = session.graph.below(tables).map((group) => ({
    ...group,
    tables: group.tables.filter((table) => tables.includes(table)),
  }));

  const blocked: SoftDeleteEdge[] = [];
  for (const group of groups) {
    if (group.inner.length > 0) for (const table of group.tables) await rows.all.lock(table);
    for (const table of group.tables) {
      for (const edge of session.graph.parentEdges(table)) {
        if ((await rows.all.lockParents(edge)) > 0) blocked.push(edge);
      }
    }
  }

  let handedOver = new Tally();
  if (blocked.length > 0) {
    if (parents !== "hand-over") {
      await refuse(session, entity, blocked, rows, rows.matched);
    }
    const named =
      parents === "hand-over" ? [] : await deletedParents(session, blocked, rows, rows.all);
    handedOver = await handOver(session, session.graph.below(tables), rows.all, now);
    if (parents !== "hand-over") {
      let left = 0;
      for (const table of roots) left += await rows.matched.count(table);
      if (left < rows.matchedCount) throw new ParentDeletedError(entity, named);
    }
  }
  return {
    ...(await revive(
      session,
      groups.flatMap((group) => group.tables),
      rows,
      recorder,
      native,
    )),
    handedOver,
  };
}

async function revive(
  session: Session,
  tables: readonly SoftDeleteTable[],
  rows: MarkedRows,
  recorder: Recorder,
  native: boolean,
): Promise<{ roots: number; tally: Tally }> {
  const tally = new Tally();
  let roots = 0;
  for (const table of tables) {
    const update = (members: Members, moved: boolean): Promise<number> =>
      session.execute(
        session.dialect.update({
          target: table,
          set: [
            ...clear(session, table),
            ...(moved ? touch(session, table) : session.dialect.keep(table)),
          ],
          where: members.has("c", table),
        }),
      );
    await recorder.addRevived(table, rows.all.has("c", table), unmarked);
    roots += tally.add(table.name, await update(rows.matched, !native));
    tally.add(table.name, await update(rows.all, true));
  }
  return { roots, tally };
}

async function refuse(
  session: Session,
  entity: string,
  edges: readonly SoftDeleteEdge[],
  rows: MarkedRows,
  children: Members,
): Promise<void> {
  const named = await deletedParents(session, edges, rows, children);
  if (named.length > 0) throw new ParentDeletedError(entity, named);
}

/** The parents, not among the rows that may come back, that are deleted while the given rows hang by them. */
async function deletedParents(
  session: Session,
  edges: readonly SoftDeleteEdge[],
  rows: MarkedRows,
  children: Members,
): Promise<DeletedParent[]> {
  const { names } = session.dialect;
  const found: DeletedParent[] = [];
  for (const edge of edges) {
    const { parent } = edge;
    const list = await session.select<{ deletion: string | null }>(
      sql`SELECT DISTINCT ${session.keyColumns("p", parent)}, ${names.of("p", parent.softDelete.deletionId)} AS deletion
 FROM ${names.table(edge.child)} c JOIN ${names.table(parent)} p ON ${joined(names, edge, "c", "p")}
 WHERE ${children.has("c", edge.child)} AND ${filter(and(isDeleted(names, "p", parent), rows.all.hasNot("p", parent)))} LIMIT ${String(NAMED_PARENTS)}${session.currentRead}`,
    );
    for (const row of list) {
      found.push({
        relation: edge.relation,
        entity: parent.name,
        id: session.key(parent, row),
        deletionId: row.deletion,
      });
    }
  }
  return found;
}
