import type { SoftDeleteEdge } from "../plan/edge";
import type { CascadePlan } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";

/** What happens to rows of the tables of a removal before, and as, they go. */
interface Course {
  /** The tables, in the order in which their rows go. */
  readonly tables: readonly SoftDeleteTable[];
  /** Columns by which rows are let go of before. */
  readonly cleared: ReadonlyMap<SoftDeleteTable, readonly Column[]>;
  /** Tables whose rows go in several steps. */
  readonly inSteps: ReadonlySet<SoftDeleteTable>;
}

/**
 * The tables whose rows are not found from the roots any more when their turn comes: what they are found by has gone before
 * them, or has been let go of. They have to be marked first.
 *
 * @internal
 */
export function tablesToMark(plan: CascadePlan, course: Course): SoftDeleteTable[] {
  const edges = plan.groups.flatMap((group) => [...group.inner, ...group.incoming]);
  const isCleared = (table: SoftDeleteTable, column: Column): boolean =>
    course.cleared.get(table)?.some((one) => one.databaseName === column.databaseName) === true;
  const isLost = ({ parent, child, on }: SoftDeleteEdge): boolean =>
    on.some((pair) => isCleared(child, pair.child) || isCleared(parent, pair.parent));
  return course.tables.filter((table, index) => {
    const gone = course.tables.slice(0, index);
    const ways = waysTo(table, edges);
    return (
      course.inSteps.has(table) || ways.some((way) => isLost(way) || gone.includes(way.parent))
    );
  });
}

/** The edges over which rows of a table are reached from anywhere. */
function waysTo(table: SoftDeleteTable, edges: readonly SoftDeleteEdge[]): SoftDeleteEdge[] {
  const reached = new Set([table]);
  for (const one of reached) {
    for (const edge of edges) if (edge.child === one) reached.add(edge.parent);
  }
  return edges.filter((edge) => reached.has(edge.child));
}
