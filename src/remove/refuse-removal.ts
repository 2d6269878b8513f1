import { and, sql, type Sql } from "../sql/sql";
import { isActive } from "../sql/state";
import { SoftDeleteRestrictedError, StillReferencedError } from "../errors";
import { References, type Reference } from "../plan/references";
import type { Session } from "../session/session";
import { countAndSample } from "./count-and-sample";
import type { StartedRemoval } from "./removal";

/** @throws SoftDeleteRestrictedError when active rows that stay hang below over a `RESTRICT` edge. @internal */
export async function refuseRestrictedRemoval(
  session: Session,
  { plan, rows }: StartedRemoval,
): Promise<void> {
  for (const edge of plan.restricts) {
    const { parent, child, relation } = edge;
    const active = session.dialect.foundByKey(sql`${isActive(session.dialect.names, "c", child)}`);
    const from = sql`FROM ${rows.childrenOver(edge)} WHERE ${and(active, rows.excludes(child))}`;
    const { count, sampleIds } = await countAndSample(session, rows, child, from);
    if (count > 0) {
      const what = "removed for good";
      throw new SoftDeleteRestrictedError(relation, count, sampleIds, parent.name, what);
    }
  }
}

/**
 * Keeps a removal that is of deleted rows alone from taking active ones by the database's own `ON DELETE CASCADE`.
 *
 * @throws StillReferencedError
 * @internal
 */
export async function refuseActiveTaken(session: Session, { rows }: StartedRemoval): Promise<void> {
  const references = References.of(session.manager.dataSource);
  for (const table of rows.tables) {
    for (const reference of references.cascadingTo(table)) {
      const { child, relation } = reference;
      const where = and(rows.excludes(child), mayTakeActive(session, references, reference));
      const from = sql`FROM ${rows.childrenOver(reference)} WHERE ${where}`;
      const { count, sampleIds } = await countAndSample(session, rows, child, from);
      if (count > 0) throw new StillReferencedError(table.name, relation, count, sampleIds, {});
    }
  }
}

/** A row `c` is active, or may take active rows along in its turn. */
function mayTakeActive(session: Session, references: References, { child }: Reference): Sql {
  const takesOthers = references.cascadingTo(child).length > 0;
  const { dialect } = session;
  return takesOthers ? sql`1 = 1` : dialect.foundByKey(sql`${isActive(dialect.names, "c", child)}`);
}
