import type { Edge } from "../plan/edge";
import type { Names } from "./names";
import { and, bind, filter, join, sql, type Sql } from "./sql";
import type { Column } from "../typeorm/metadata";

/** One end of an edge. */
export type End = "parent" | "child";

/** @internal */
export function otherEnd(end: End): End {
  return end === "child" ? "parent" : "child";
}

/** The columns of one end. @internal */
export function columnsAt(edge: Pick<Edge, "on">, end: End): Column[] {
  return edge.on.map((pair) => pair[end]);
}

/** What an edge joins by: an edge itself, or a reference. */
export type Joining = Pick<Edge, "on" | "kinds">;

/** The condition that joins a child row to its parent row over an edge. @internal */
export function joined(names: Names, edge: Joining, child: string, parent: string): Sql {
  const pairs = names.on(child, parent, edge.on);
  const kinds = [...kindOf(names, edge, "child", child), ...kindOf(names, edge, "parent", parent)];
  return kinds.length === 0 ? sql`${pairs}` : and(pairs, ...kinds);
}

/** The same, for a row at one end and a row at the other. @internal */
export function joinedAt(names: Names, edge: Joining, end: End, own: string, other: string): Sql {
  return end === "child" ? joined(names, edge, own, other) : joined(names, edge, other, own);
}

/**
 * The condition that a row at one end of an edge is of a kind which has that edge: siblings of single-table inheritance may
 * have other relations over the same columns. None where every kind has it.
 *
 * @internal
 */
export function kindOf(names: Names, { kinds }: Joining, end: End, alias: string): Sql[] {
  return kinds
    .filter((some) => some.end === end)
    .map((some) => isOneOf(names, alias, some.column, some.values));
}

/** The condition that a row, by its alias, is of some kinds of single-table inheritance. By no index: TypeORM makes one. @internal */
export function isOneOf(
  names: Names,
  alias: string,
  column: Column,
  kinds: readonly unknown[],
): Sql {
  return filter(sql`${names.of(alias, column)} IN (${join(kinds.map(bind), ", ")})`);
}
