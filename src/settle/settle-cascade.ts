import type { SoftDeleteTable } from "../plan/table";
import { Session } from "../session/session";
import { chunks } from "../rows/chunks";
import { Tally } from "../rows/tally";
import { Members } from "../rows/members";
import { type Descent, descend } from "../rows/descent";
import { sql } from "../sql/sql";
import { isActive } from "../sql/state";
import { carriedOf, stampFrom } from "../rows/stamps";

// From 200 ids on MySQL and MariaDB trust their statistics of the column, which are stale, and scan the tables below.
const IDS_PER_CASCADE = 100;

/**
 * Takes the active rows below the rows that carry one of some deletion ids, each under the id of the row by which it
 * hangs: one statement for each `CASCADE` relation and every hundred ids.
 *
 * @internal
 */
export async function takeBelow(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly string[],
  tally: Tally,
): Promise<void> {
  const { groups } = session.graph.plan([table]);
  for (const some of chunks(ids, IDS_PER_CASCADE)) {
    await descend(session, groups, descentFrom(session, some), tally);
  }
}

function descentFrom(session: Session, ids: readonly string[]): Descent {
  const { dialect } = session;
  const members = new Members(session, ids);
  return {
    from: (alias, parent) => members.has(alias, parent),
    takes: (child) => dialect.foundByKey(sql`${isActive(dialect.names, "c", child)}`),
    carry: (alias, parent) => carriedOf(session, alias, parent),
    set: (child, value) => stampFrom(session, child, value),
    givesValues: true,
  };
}
