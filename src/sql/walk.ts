import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";
import { databaseType } from "../typeorm/column-types";
import type { Sql } from "./sql";

/** A value that a walk carries along, by the name of its column. */
export type Carried = readonly (readonly [name: string, value: Sql])[];

/** How a walk starts: rows `c` of one table, perhaps joined to other rows. */
export interface Seed {
  readonly table: SoftDeleteTable;
  /** What follows the table, its alias being `c`: joins and a condition. */
  readonly rest: Sql;
  readonly carry?: Carried;
}

/** How a walk goes on over one edge: from a row that it has reached, `w`, to child rows `c`. */
export interface Step {
  readonly edge: SoftDeleteEdge;
  /** A condition on `c` alone. */
  readonly where: Sql;
  /** A further condition, on the child row's deletion by its alias, that names what the walk carries, as `w.name`. */
  readonly fits?: ((alias: string) => Sql) | undefined;
  /** What the walk carries on. @default what it carries, unchanged */
  readonly carry?: Carried;
}

/** A walk over the rows of a cyclic group of tables, as the body of one recursive common table expression. */
export interface Walk {
  readonly tables: readonly SoftDeleteTable[];
  readonly seeds: readonly Seed[];
  readonly steps: readonly Step[];
  /** The walk goes from children to parents: the steps' edges are followed upwards. */
  readonly upwards?: boolean;
  /** Whether the steps' conditions name other common table expressions, which are better joined than asked row by row. @default false */
  readonly namesOthers?: boolean;
  /** The name of the common table expression: one that no table of an application has. @default "sd_walk" */
  readonly name?: string;
}

/** @internal */
export function nameOf(walk: Walk): string {
  return walk.name ?? "sd_walk";
}

/** The column that says of which table a row of the walk is. @internal */
export const KIND = "k";

/** The names of the walk's columns that hold the primary key of one of its tables. @internal */
export function slots(walk: Walk, table: SoftDeleteTable): readonly string[] {
  return layoutOf(walk).of.get(table) ?? [];
}

/** A column of a walk that holds a part of primary keys. */
export interface Slot {
  readonly name: string;
  /** The first of the columns that it holds, and the table of that. */
  readonly column: Column;
  readonly table: SoftDeleteTable;
}

/** The columns of the walk that hold primary keys, in their order. @internal */
export function allSlots(walk: Walk): readonly Slot[] {
  return layoutOf(walk).all;
}

interface Layout {
  readonly all: readonly Slot[];
  readonly of: ReadonlyMap<SoftDeleteTable, readonly string[]>;
}

const layouts = new WeakMap<Walk, Layout>();

// Keys of one type share their columns, so that a row of the walk does not grow with the tables. Not text: each table may have
// a collation of its own.
const SHARED = /^(int|integer|bigint|smallint|mediumint|tinyint|uuid)$/;

function layoutOf(walk: Walk): Layout {
  const known = layouts.get(walk);
  if (known) return known;
  const all = new Map<string, Slot>();
  const of = new Map<SoftDeleteTable, readonly string[]>();
  walk.tables.forEach((table, at) => {
    const names = table.primary.map((column, index) => {
      const type = databaseType(column.entityMetadata.dataSource, column);
      const shared = SHARED.test(type) ? `${type} ${String(column.unsigned)}` : String(at);
      const place = `${shared} ${String(index)}`;
      const slot = all.get(place) ?? { name: `t${String(at)}_${String(index)}`, column, table };
      all.set(place, slot);
      return slot.name;
    });
    of.set(table, names);
  });
  const layout = { all: [...all.values()], of };
  layouts.set(walk, layout);
  return layout;
}

/** The condition that a row of the walk stands for a row of the table. @internal */
export function isOf(walk: Walk, table: SoftDeleteTable): string {
  return `${KIND} = ${String(walk.tables.indexOf(table))}`;
}
