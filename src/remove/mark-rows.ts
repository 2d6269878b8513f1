import { isDense } from "../plan/density";
import { descend } from "../rows/descent";
import { MarkedSets } from "../rows/marked-sets";
import { carries, Members } from "../rows/members";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { and } from "../sql/sql";
import { markOf, type StartedRemoval } from "./removal";

/**
 * Marks all rows of a removal, edge by edge as a soft delete takes them, where each statement would have to find them again by too
 * many ways: they are written once more, and then found by an index.
 *
 * @internal
 */
export async function markDense(
  session: Session,
  started: StartedRemoval,
): Promise<StartedRemoval> {
  const { table, plan, root, sets, id, count } = started;
  if (!isDense(plan)) return started;
  const { dialect } = session;
  const members = new Members(session, [id]);
  if (!started.rootsAreMarked)
    await session.execute(
      dialect.update({ target: table, set: markOf(session, table, id), where: root }),
    );
  const tally = new Tally();
  tally.add(table.name, count);
  await descend(
    session,
    plan.groups,
    {
      from: (alias, parent) => carries(session, alias, parent, id),
      takes: (child) => dialect.foundByKey(and(sets.inState(child), members.hasNot("c", child))),
      set: (child) => markOf(session, child, id),
      givesValues: false,
      // A walk that has waited for a lock has not seen what was moved below that row meanwhile.
      repeats: !dialect.singleConnection,
    },
    tally,
  );
  return { ...started, rows: new MarkedSets(session, sets.tables, id), marked: sets.tables };
}
