import { and, bind, or, sql, type Sql } from "../sql/sql";
import { hasNoDeletion } from "../sql/state";
import { References } from "../plan/references";
import type { CascadePlan } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { newDeletionId } from "../rows/deletion-id";
import { carries } from "../rows/members";
import type { NamedRows } from "../rows/named-rows";
import { RowSets, type ReadableSets, type RowState } from "../rows/row-sets";
import type { Session } from "../session/session";
import type { Assignment } from "../sql/statements";

/** What to remove for good. */
export interface Removal extends NamedRows {
  /** Whether the conditions name rows by their primary keys, and so match the same rows in every statement. */
  readonly byId: boolean;
  readonly state: RowState;
}

/** A removal at work: its roots are locked, and found by one condition until they go. */
export interface StartedRemoval {
  readonly table: SoftDeleteTable;
  readonly plan: CascadePlan;
  /** How many roots there are. */
  readonly count: number;
  /** A condition on the roots `c`. */
  readonly root: Sql;
  /** All that goes, as it is found from the roots. */
  readonly sets: RowSets;
  /** What rows are marked with that cannot be found otherwise. */
  readonly id: string;
  readonly rootsAreMarked: boolean;
  /** The same rows as the sets, as they are read. */
  readonly rows: ReadableSets;
  /** The tables of which all rows that go are marked. */
  readonly marked: readonly SoftDeleteTable[];
}

/** Locks the rows that were asked for. */
export async function startRemoval(session: Session, removal: Removal): Promise<StartedRemoval> {
  const { table, state, conditions } = removal;
  const plan = session.graph.plan([table]);
  const id = newDeletionId(new Date());
  const [only] = conditions;
  const setsOf = (root: Sql): RowSets => new RowSets(session, table, root, plan, state);
  if (only && conditions.length === 1 && (removal.byId || isAlone(session, table, plan))) {
    const sets = setsOf(only);
    const root = and(only, sets.inState(table));
    const count = await lock(session, table, root);
    return { table, plan, root, sets, id, count, rootsAreMarked: false, rows: sets, marked: [] };
  }
  // Conditions on other rows, on references or on deletion ids no longer match once those are removed or changed.
  const root = carries(session, "c", table, id);
  const sets = setsOf(root);
  const unmarked = or(hasNoDeletion(session.dialect.names, "c", table), sql`NOT ${root}`);
  let count = 0;
  for (const [index, condition] of conditions.entries()) {
    const fresh = index > 0 ? [unmarked] : [];
    const where = and(condition, sets.inState(table), ...fresh);
    const set = markOf(session, table, id);
    count += await session.execute(session.dialect.update({ target: table, set, where }));
  }
  return { table, plan, root, sets, id, count, rootsAreMarked: true, rows: sets, marked: [] };
}

/** The assignments that mark a row as one that goes. @internal */
export function markOf({ dialect }: Session, table: SoftDeleteTable, id: string): Assignment[] {
  return [[table.softDelete.deletionId, bind(id)], ...dialect.keep(table)];
}

/** Whether nothing but the matched rows is removed or changed. */
function isAlone({ manager }: Session, table: SoftDeleteTable, plan: CascadePlan): boolean {
  const references = References.of(manager.dataSource);
  return (
    plan.groups.flatMap((group) => group.tables).length === 1 &&
    references.within([table]).length === 0 &&
    references.junctionsOf(table).length === 0
  );
}

async function lock(session: Session, table: SoftDeleteTable, condition: Sql): Promise<number> {
  const { names, updateLock } = session.dialect;
  const [row] = await session.select<{ n: string | number }>(
    sql`SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${names.table(table)} c WHERE ${condition}${updateLock}) m`,
  );
  return Number(row?.n ?? 0);
}
