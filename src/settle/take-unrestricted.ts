import type { SoftDeleteTable } from "../plan/table";
import { marked, unmarked, UNMARKED_DIGIT } from "../rows/deletion-id";
import { Members } from "../rows/members";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { sql } from "../sql/sql";
import { isActive } from "../sql/state";
import { update } from "./picked-rows";
import { inSavepoint } from "./savepoint";
import { takeBelow, takeMarked } from "./settle-cascade";

/** From which rows a cascade starts. */
export interface Start {
  readonly table: SoftDeleteTable;
  /**
   * Deletes rows of the given deletions, and marks them as matched: the cascade starts from those. Returns how many.
   *
   * @default it starts from all rows of the deletions that are deleted already
   */
  readonly begin?: (session: Session, ids: readonly string[]) => Promise<number>;
  /** Whether active rows over `RESTRICT` stand in the way of those rows too, and not only of what they take along. @default whether there is `begin` */
  readonly strict?: boolean;
}

/**
 * Takes active rows below rows of some deletions, over `CASCADE`, into the deletion of the row by which each hangs; except for
 * deletions by which a row would go on which an active one hangs over `RESTRICT`: of those nothing. At most a hundred ids.
 *
 * @returns the ids of the deletions of which nothing was taken.
 * @internal
 */
export async function takeUnrestricted(
  session: Session,
  start: Start,
  ids: readonly string[],
  tally: Tally,
): Promise<string[]> {
  // Nothing can stand in the way.
  if (session.graph.plan([start.table]).restricts.length === 0) {
    await take(session, start, ids, tally);
    return [];
  }
  const refused: string[] = [];
  for (let open = ids; open.length > 0;) {
    const taken = new Tally();
    const restricted = await inSavepoint(
      session,
      (inner) => take(inner, start, open, taken),
      (found) => found.size === 0,
    );
    if (restricted.size === 0) {
      tally.addAll(taken);
      break;
    }
    refused.push(...restricted);
    open = open.filter((id) => !restricted.has(id));
  }
  return refused;
}

/** Returns the deletions that have taken a row on which an active one hangs over `RESTRICT`. */
async function take(
  session: Session,
  { table, begin, strict = begin !== undefined }: Start,
  ids: readonly string[],
  taken: Tally,
): Promise<Set<string>> {
  const { restricts, groups } = session.graph.plan([table]);
  const reached = ids.map((id) => marked(id, "reached"));
  const starting = begin ? ids.map((id) => marked(id, "matched")) : ids;
  // Of the starting rows one is enough for the descent to look below them.
  const started = begin ? await begin(session, ids) : 1;
  const work = new Tally();
  work.add(table.name, started);
  if (!begin && restricts.length === 0) {
    await takeBelow(session, table, ids, work);
  } else {
    const all = new Members(session, [...starting, ...reached]);
    await takeMarked(session, table, all, work);
    const restricted = await restrictedIn(
      session,
      table,
      strict ? all : new Members(session, reached),
      work,
    );
    if (restricted.size > 0) return restricted;
    const marks = new Members(session, begin ? all.ids : reached);
    for (const one of groups.flatMap((group) => group.tables)) {
      if (work.of(one.name) > 0) await unmark(session, one, marks);
    }
  }
  for (const [name, rows] of Object.entries(work.toCounts())) {
    taken.add(name, name === table.name && !begin ? rows - started : rows);
  }
  return new Set();
}

/** The deletions of those among some rows on which an active one hangs over `RESTRICT`: a SELECT for each such relation. */
async function restrictedIn(
  session: Session,
  table: SoftDeleteTable,
  members: Members,
  tally: Tally,
): Promise<Set<string>> {
  const { dialect } = session;
  const { names } = dialect;
  const found = new Set<string>();
  for (const edge of session.graph.plan([table]).restricts) {
    const { parent, child } = edge;
    if (tally.of(parent.name) === 0) continue;
    const active = dialect.foundByKey(sql`${isActive(names, "c", child)}`);
    const rows = await session.select<{ d: string }>(
      sql`SELECT DISTINCT ${names.of("p", parent.softDelete.deletionId)} AS d FROM ${names.table(parent)} p ${dialect.joinInOrder} ${names.table(child)} c ON ${joined(names, edge, "c", "p")} WHERE ${members.has("p", parent)} AND ${active}${session.currentRead}`,
    );
    for (const { d } of rows) found.add(unmarked(d));
  }
  return found;
}

async function unmark(session: Session, table: SoftDeleteTable, marks: Members): Promise<void> {
  const { dialect } = session;
  const { deletionId } = table.softDelete;
  const id = dialect.withVersion(dialect.names.of("c", deletionId), UNMARKED_DIGIT);
  await update(session, table, [[deletionId, id]], marks.has("c", table));
}
