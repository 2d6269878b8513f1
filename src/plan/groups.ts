import type { SoftDeleteEdge } from "./edge";
import type { SoftDeleteTable } from "./table";

/** Tables to be worked on together: one table, or several that refer to each other in a cycle. */
export interface Group {
  readonly tables: readonly SoftDeleteTable[];
  /** Edges between tables of the group. Not empty: the group is cyclic and its rows form trees or graphs of any depth. */
  readonly inner: readonly SoftDeleteEdge[];
  /** Edges into the group from groups before it. */
  readonly incoming: readonly SoftDeleteEdge[];
}

/** Orders tables so that parents come before children, and finds the cycles (Tarjan's algorithm). @internal */
export function groupTables(
  tables: ReadonlySet<SoftDeleteTable>,
  edges: readonly SoftDeleteEdge[],
): Group[] {
  const relevant = edges.filter((edge) => tables.has(edge.parent) && tables.has(edge.child));
  const children = new Map<SoftDeleteTable, SoftDeleteTable[]>();
  for (const edge of relevant) {
    children.set(edge.parent, [...(children.get(edge.parent) ?? []), edge.child]);
  }

  const index = new Map<SoftDeleteTable, number>();
  const low = new Map<SoftDeleteTable, number>();
  const stack: SoftDeleteTable[] = [];
  const components: SoftDeleteTable[][] = [];
  const lowOf = (table: SoftDeleteTable): number => low.get(table) ?? 0;

  const visit = (table: SoftDeleteTable): void => {
    const own = index.size;
    index.set(table, own);
    low.set(table, own);
    stack.push(table);
    for (const child of children.get(table) ?? []) {
      const seen = index.get(child);
      if (seen === undefined) {
        visit(child);
        low.set(table, Math.min(lowOf(table), lowOf(child)));
      } else if (stack.includes(child)) {
        low.set(table, Math.min(lowOf(table), seen));
      }
    }
    if (lowOf(table) === own) components.push(stack.splice(stack.indexOf(table)));
  };
  for (const table of tables) if (!index.has(table)) visit(table);

  // Tarjan finds children before parents.
  return components.reverse().map((component) => ({
    tables: component,
    inner: relevant.filter(
      (edge) => component.includes(edge.parent) && component.includes(edge.child),
    ),
    incoming: relevant.filter(
      (edge) => !component.includes(edge.parent) && component.includes(edge.child),
    ),
  }));
}
