import type { SoftDeleteTable } from "../plan/table";
import { Session } from "../session/session";
import { Tally } from "../rows/tally";
import { Members } from "../rows/members";
import { type Descent, descend } from "../rows/descent";
import { sql } from "../sql/sql";
import { isActive } from "../sql/state";
import { carriedOf, stampFrom } from "../rows/stamps";

/**
 * Takes the active rows below the rows that carry one of some deletion ids, each under the id of the row by which it
 * hangs: one statement for each `CASCADE` relation, whatever number of ids.
 *
 * @internal
 */
export function takeBelow(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly string[],
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  const members = new Members(session, ids);
  const descent: Descent = {
    from: (alias, parent) => members.has(alias, parent),
    takes: (child) => dialect.foundByKey(sql`${isActive(dialect.names, "c", child)}`),
    carry: (alias, parent) => carriedOf(session, alias, parent),
    set: (child, value) => stampFrom(session, child, value),
    givesValues: true,
  };
  return descend(session, session.graph.plan([table]).groups, descent, tally);
}
