import type { SoftDeleteTable } from "../plan/table";
import { Session } from "../session/session";
import { chunks } from "../rows/chunks";
import { markDigit } from "../rows/deletion-id";
import { Tally } from "../rows/tally";
import { Members } from "../rows/members";
import { type Descent, descend } from "../rows/descent";
import { and } from "../sql/sql";
import { hasNoDeletion, isActive } from "../sql/state";
import { carriedOf, stampFrom } from "../rows/stamps";
import type { Carried } from "../sql/walk";

// From 200 ids on MySQL and MariaDB trust their statistics of the column, which are stale, and scan the tables below.
export const IDS_PER_CASCADE = 100;

/**
 * Takes the active rows below the rows that carry one of some deletion ids, each under the id of the row by which it
 * hangs: one statement for each `CASCADE` relation and every hundred ids. Half-restored rows, which have ids of their own, stay.
 *
 * @internal
 */
export async function takeBelow(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly string[],
  tally: Tally,
): Promise<void> {
  for (const some of chunks(ids, IDS_PER_CASCADE)) {
    const members = new Members(session, some);
    await takeBelowMembers(session, table, members, tally, (alias, parent) =>
      carriedOf(session, alias, parent),
    );
  }
}

/** The same below members that may be marked: what is taken is marked as reached, and has to be one of the members then. @internal */
export function takeMarked(
  session: Session,
  table: SoftDeleteTable,
  members: Members,
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  return takeBelowMembers(session, table, members, tally, (alias, parent) => {
    const id = dialect.names.of(alias, parent.softDelete.deletionId);
    const reached = dialect.withVersion(id, markDigit("reached"));
    return carriedOf(session, alias, parent).map(([name, value]) => [
      name,
      name === "id" ? reached : value,
    ]);
  });
}

function takeBelowMembers(
  session: Session,
  table: SoftDeleteTable,
  members: Members,
  tally: Tally,
  carry: (alias: string, parent: SoftDeleteTable) => Carried,
): Promise<void> {
  const { dialect } = session;
  const { names } = dialect;
  const descent: Descent = {
    from: (alias, parent) => members.has(alias, parent),
    takes: (child) =>
      dialect.foundByKey(and(isActive(names, "c", child), hasNoDeletion(names, "c", child))),
    carry,
    set: (child, value) => stampFrom(session, child, value),
    givesValues: true,
  };
  return descend(session, session.graph.plan([table]).groups, descent, tally);
}
