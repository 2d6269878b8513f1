import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";

/**
 * The columns of rows that are about to go which are set to null first, one for each of some references: of a key of several
 * columns the database checks nothing as soon as one of them is null.
 *
 * @internal
 */
export function looseColumns(
  references: readonly SoftDeleteEdge[],
): ReadonlyMap<SoftDeleteTable, readonly Column[]> {
  const columns = new Map<SoftDeleteTable, Column[]>();
  for (const { child, on } of references) {
    const found = on.find((pair) => pair.child.isNullable && !pair.child.isPrimary)?.child;
    const own = columns.get(child) ?? [];
    if (found && !own.includes(found)) columns.set(child, [...own, found]);
  }
  return columns;
}
