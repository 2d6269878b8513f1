import type { SoftDeleteEdge } from "../plan/edge";
import { Recorder } from "../record/recorder";
import { reportSettle } from "../record/report";
import { UNMARKED_DIGIT } from "../rows/deletion-id";
import { Members } from "../rows/members";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { and, bind, sql } from "../sql/sql";
import { hasNoDeletion, isActive, isDeleted } from "../sql/state";
import { IDS_PER_CASCADE } from "./settle-cascade";
import { takeUnrestricted } from "./take-unrestricted";

/** What a batch of deletions has taken. */
export interface TakenBelow {
  readonly tally: Tally;
  /** The last of the deletions that were looked at; undefined where there were none. */
  readonly last: string | undefined;
}

/**
 * Takes the active rows below rows of some deletions over a `CASCADE` relation, and what hangs below those, each into the
 * deletion of the row by which it hangs. The deletions are looked at in the order of their ids, after a given one.
 *
 * @internal
 */
export async function settleBelow(
  session: Session,
  edge: SoftDeleteEdge,
  after: string | undefined,
): Promise<TakenBelow> {
  const { dialect, graph } = session;
  const { names } = dialect;
  const { parent, child } = edge;
  const id = names.of("p", parent.softDelete.deletionId);
  const conditions = [
    isDeleted(names, "p", parent),
    after === undefined ? `${id} IS NOT NULL` : sql`${id} > ${bind(after)}`,
    sql`${dialect.versionOf(id)} = '${UNMARKED_DIGIT}'`,
    dialect.foundByKey(and(isActive(names, "c", child), hasNoDeletion(names, "c", child))),
  ];
  const rows = await session.select<{ d: string }>(
    sql`SELECT DISTINCT ${id} AS d FROM ${names.table(parent)} p ${dialect.joinInOrder} ${names.table(child)} c ON ${joined(names, edge, "c", "p")} WHERE ${and(...conditions)} ORDER BY ${id} LIMIT ${String(IDS_PER_CASCADE)}`,
  );
  const ids = rows.map((row) => row.d);
  const tally = new Tally();
  if (ids.length === 0) return { tally, last: undefined };
  // Against a restore of one of these deletions that is at work.
  const members = new Members(session, ids);
  for (const group of graph.plan([parent]).groups) {
    for (const table of group.tables) await members.lock(table);
  }
  await takeUnrestricted(session, { table: parent }, ids, tally);
  const recorder = new Recorder(session, "afterSoftDelete");
  await reportSettle(session, recorder, parent.name, tally);
  return { tally, last: ids[ids.length - 1] };
}
