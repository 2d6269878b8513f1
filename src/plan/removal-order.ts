import type { SoftDeleteEdge } from "./edge";
import { groupTables } from "./groups";
import type { SoftDeleteTable } from "./table";

/** Tables whose rows are removed for good at one point of the order: one table, or several that refer to each other in a cycle. */
export interface RemovalGroup {
  /** In the order in which they go: those that refer before those that are referred to. */
  readonly tables: readonly SoftDeleteTable[];
  /** The references of rows of these tables to each other. Not empty: the rows form trees or graphs of any depth. */
  readonly inner: readonly SoftDeleteEdge[];
  /** Of these, what closes a cycle and can be set to null before the rows go. */
  readonly loose: readonly SoftDeleteEdge[];
  /** Of these, what closes a cycle and cannot be null. */
  readonly firm: readonly SoftDeleteEdge[];
  /** Of these, what closes a cycle and is checked by nobody. */
  readonly unchecked: readonly SoftDeleteEdge[];
}

/** What the order goes by, besides the references. */
export interface OrderOptions {
  /** Whether the database holds a constraint for a reference. */
  readonly isConstrained: (reference: SoftDeleteEdge) => boolean;
  /** Edges whose rows are to be removed in one group with their parents, unless they can go before them. */
  readonly together?: readonly SoftDeleteEdge[];
}

/**
 * The one order in which rows are removed for good: by all foreign keys, whatever their policy. Those that cannot be null
 * decide first; one that can be is let go of only where it closes a cycle.
 *
 * @internal
 */
export function removalOrder(
  tables: readonly SoftDeleteTable[],
  references: readonly SoftDeleteEdge[],
  { isConstrained, together = [] }: OrderOptions,
): RemovalGroup[] {
  const groups = groupTables(new Set(tables), [...references, ...together]).reverse();
  return groups.map((group) => {
    const inner = references.filter(
      ({ parent, child }) => group.tables.includes(parent) && group.tables.includes(child),
    );
    return withinGroup(group.tables, inner, isConstrained);
  });
}

function withinGroup(
  tables: readonly SoftDeleteTable[],
  inner: readonly SoftDeleteEdge[],
  isConstrained: OrderOptions["isConstrained"],
): RemovalGroup {
  const kept: SoftDeleteEdge[] = [];
  const keep = (references: readonly SoftDeleteEdge[]): SoftDeleteEdge[] =>
    references.filter((reference) => {
      const closes = closesCycle(reference, kept);
      if (!closes) kept.push(reference);
      return closes;
    });
  const constrained = inner.filter(isConstrained);
  const firm = keep(constrained.filter((one) => !isNullable(one)));
  const loose = keep(constrained.filter(isNullable));
  const unchecked = keep(inner.filter((one) => !isConstrained(one)));
  const ordered = groupTables(new Set(tables), kept).reverse();
  return { tables: ordered.flatMap((one) => one.tables), inner, loose, firm, unchecked };
}

function isNullable({ on }: SoftDeleteEdge): boolean {
  return on.some(({ child }) => child.isNullable && !child.isPrimary);
}

/** Whether what a reference refers to refers, by way of the others, back to where it comes from. */
function closesCycle(
  { parent, child }: SoftDeleteEdge,
  others: readonly SoftDeleteEdge[],
): boolean {
  const reached = new Set([parent]);
  for (const table of reached) {
    if (table === child) return true;
    for (const other of others) if (other.child === table) reached.add(other.parent);
  }
  return false;
}
