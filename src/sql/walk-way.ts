import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";
import { kindOf, otherEnd } from "./edge-conditions";
import type { Names } from "./names";
import type { Sql } from "./sql";
import { slots, type Walk } from "./walk";

/** Columns of a row, and what they equal. */
type Equal = readonly (readonly [column: Column, value: string])[];

/** How a walk goes over an edge, from rows that it has reached to the next ones. */
export interface Way {
  readonly from: SoftDeleteTable;
  readonly to: SoftDeleteTable;
  /** Whether the walk holds all that the next rows are found by; else the row that it comes from is read first. */
  readonly byKey: boolean;
  /** By what that row is found. */
  readonly held: Equal;
  /** By what the next rows are found. */
  readonly found: Equal;
  /** Of which kind the row has to be that it comes from. */
  readonly fromKinds: readonly Sql[];
  /** Of which kind the next rows `c` have to be. */
  readonly toKinds: readonly Sql[];
}

/** @internal */
export function wayOf(
  names: Names,
  walk: Walk,
  edge: SoftDeleteEdge,
  /** The alias of the row that it comes from, where that is read. */
  alias: string,
): Way {
  const upwards = walk.upwards === true;
  const [from, to] = upwards ? [edge.child, edge.parent] : [edge.parent, edge.child];
  const own = slots(walk, from);
  const slotOf = (column: Column): string | undefined => own[from.primary.indexOf(column)];
  const pairs = edge.on.map((pair) =>
    upwards ? { from: pair.child, to: pair.parent } : { from: pair.parent, to: pair.child },
  );
  const end = upwards ? "child" : "parent";
  // Of the row that it comes from the walk holds the primary key alone.
  const fromKinds = kindOf(names, edge, end, alias);
  const byKey = fromKinds.length === 0 && pairs.every((pair) => slotOf(pair.from) !== undefined);
  return {
    from,
    to,
    byKey,
    held: from.primary.map((column, index) => [column, `w.${own[index] ?? ""}`]),
    found: pairs.map((pair) => [
      pair.to,
      byKey ? `w.${slotOf(pair.from) ?? ""}` : names.of(alias, pair.from),
    ]),
    fromKinds,
    toKinds: kindOf(names, edge, otherEnd(end), "c"),
  };
}

/** The condition that a row, by its alias, is found by those columns. @internal */
export function joins(names: Names, alias: string, equal: Equal): string {
  return equal
    .map(([column, value]) => names.lookedUp(`${names.of(alias, column)} = ${value}`))
    .join(" AND ");
}
