import { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import type { WholeDeletions } from "./restore-whole";
import { Members } from "../rows/members";
import type { MatchedRows } from "./matched-rows";

// Beyond this, what the matched rows belong to is not worth a look whether it is whole.
const WHOLE_DELETIONS = 50;

/** The deletions of the matched rows, if everything that they took hangs below the matched rows. @internal */
export async function findWhole(
  session: Session,
  table: SoftDeleteTable,
  { ids, count }: MatchedRows,
  native: boolean,
): Promise<WholeDeletions | null> {
  const known = ids.filter((id) => id !== null);
  if (known.length < ids.length || known.length > WHOLE_DELETIONS) return null;
  const below = session.graph.below([table]);
  // Rows of a cycle may hang by each other alone.
  if (below.some((group) => group.inner.length > 0)) return null;
  const reachable = below.flatMap((group) => group.tables);
  const members = new Members(session, known);
  if ((await members.count(table)) !== count) return null;
  const tables = await members.tables();
  const others = tables.filter((other) => other !== table);
  // A row of one of several may hang by a row of another, and come back with that one's deletion only.
  if (known.length > 1 && others.length > 0) return null;
  if (others.some((other) => !reachable.includes(other))) return null;
  const tops = await members.countAllTops(tables);
  if (others.some((other) => (tops.get(other) ?? 0) > 0)) return null;
  return { members, tables, closed: new Set(others), native: native ? table : undefined };
}
