import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { Dialect } from "./dialect";
import { join, sql, type Sql } from "./sql";

/** What of a dialect a walk goes by. */
type WalkingDialect = Pick<Dialect, "names" | "singleRecursiveTerm">;

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
  /** A condition on `c`; may name what the walk carries, as `w.name`. */
  readonly where: Sql;
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
  /** The name of the common table expression. @default "walk" */
  readonly name?: string;
}

const KIND = "k";

/** The names of the walk's columns that hold the primary key of one of its tables. @internal */
export function slots(walk: Walk, table: SoftDeleteTable): string[] {
  const at = walk.tables.indexOf(table);
  return table.primary.map((_, index) => `t${String(at)}_${String(index)}`);
}

/** The condition that a row of the walk stands for a row of the table. @internal */
export function isOf(walk: Walk, table: SoftDeleteTable): string {
  return `${KIND} = ${String(walk.tables.indexOf(table))}`;
}

/** `walk (columns) AS (...)`: to stand behind WITH RECURSIVE. @internal */
export function walkExpression(dialect: WalkingDialect, walk: Walk): Sql {
  const carried = walk.seeds[0]?.carry?.map(([name]) => name) ?? [];
  const columns = [KIND, ...walk.tables.flatMap((table) => slots(walk, table)), ...carried];
  const seeds = walk.seeds.map(
    (seed) => sql`SELECT ${row(dialect, walk, seed.table, seed.carry ?? [])}
 FROM ${dialect.names.table(seed.table)} c ${seed.rest}`,
  );
  const fold = dialect.singleRecursiveTerm && walk.steps.length > 1;
  const terms = walk.steps.map((step) => stepSelect(dialect, walk, step, carried, fold));
  const recursion = fold
    ? sql`SELECT s.* FROM ${nameOf(walk)} w CROSS JOIN LATERAL (${join(terms, " UNION ALL ")}) s`
    : join(terms, " UNION ");
  const start =
    seeds.length > 1 && dialect.singleRecursiveTerm
      ? sql`(${join(seeds, " UNION ALL ")})`
      : join(seeds, " UNION ");
  const body = walk.steps.length > 0 ? sql`${start} UNION ${recursion}` : start;
  return sql`${nameOf(walk)} (${columns.join(", ")}) AS (${body})`;
}

function stepSelect(
  dialect: WalkingDialect,
  walk: Walk,
  step: Step,
  carried: readonly string[],
  fold: boolean,
): Sql {
  const { names } = dialect;
  const { edge } = step;
  const [from, to] = walk.upwards === true ? [edge.child, edge.parent] : [edge.parent, edge.child];
  const pairs = edge.on.map((pair) =>
    walk.upwards === true
      ? { from: pair.child, to: pair.parent }
      : { from: pair.parent, to: pair.child },
  );
  const own = slots(walk, from);
  const slotOf = (column: (typeof pairs)[number]["from"]): string | undefined =>
    own[from.primary.indexOf(column)];
  const byKey = pairs.every((pair) => slotOf(pair.from) !== undefined);
  const carry = step.carry ?? carried.map((name) => [name, sql`w.${name}`] as const);
  const select = sql`SELECT ${row(dialect, walk, to, carry)} FROM`;
  const kind = `w.${isOf(walk, from)}`;
  // The columns that the walk does not hold are read from the row itself.
  const via = byKey ? "" : `${names.table(from)} f`;
  const viaOn = byKey
    ? ""
    : from.primary
        .map((column, index) => `${names.of("f", column)} = w.${own[index] ?? ""}`)
        .join(" AND ");
  const toOn = pairs
    .map(
      (pair) =>
        `${names.of("c", pair.to)} = ${byKey ? `w.${slotOf(pair.from) ?? ""}` : names.of("f", pair.from)}`,
    )
    .join(" AND ");
  const target = `${names.table(to)} c`;
  if (fold) {
    return byKey
      ? sql`${select} ${target} WHERE ${kind} AND ${toOn} AND ${step.where}`
      : sql`${select} ${via} JOIN ${target} ON ${toOn} WHERE ${kind} AND ${viaOn} AND ${step.where}`;
  }
  return byKey
    ? sql`${select} ${nameOf(walk)} w JOIN ${target} ON ${toOn} WHERE ${kind} AND ${step.where}`
    : sql`${select} ${nameOf(walk)} w JOIN ${via} ON ${viaOn} JOIN ${target} ON ${toOn} WHERE ${kind} AND ${step.where}`;
}

function nameOf(walk: Walk): string {
  return walk.name ?? "walk";
}

/** A row of the walk: which table, its primary key, and null (of the right type) in the other tables' places. */
function row(dialect: WalkingDialect, walk: Walk, table: SoftDeleteTable, carry: Carried): Sql {
  const { names } = dialect;
  const keys = walk.tables.flatMap((other) =>
    other.primary.map((column) =>
      other === table
        ? names.of("c", column)
        : `(SELECT n.${names.column(column)} FROM ${names.table(other)} n WHERE 1 = 0)`,
    ),
  );
  return join(
    [String(walk.tables.indexOf(table)), ...keys, ...carry.map(([, value]) => value)],
    ", ",
  );
}
