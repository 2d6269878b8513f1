import type { CascadePlan } from "./soft-delete-graph";
import type { SoftDeleteTable } from "./table";

// A chain of ten tables has 55, five levels with two foreign keys each 57; 50 tables below one have 99.
const MOST = 64;
const MOST_PER_TABLE = 4;

/**
 * Whether the rows of a plan are more than one statement can find table by table, each from those above it: a database that
 * works an expression out wherever it is named does so once for each way down, and the ways double with each level of two
 * foreign keys.
 *
 * @internal
 */
export function isDense({ groups }: CascadePlan): boolean {
  const sizes = new Map<SoftDeleteTable, number>();
  let total = 0;
  for (const { tables, inner, incoming } of groups) {
    const above = incoming.map((edge) => sizes.get(edge.parent) ?? 0);
    const size = above.reduce((sum, one) => sum + one, 1 + inner.length);
    for (const table of tables) sizes.set(table, size);
    total += size * tables.length;
  }
  return total > Math.max(MOST, MOST_PER_TABLE * sizes.size);
}
