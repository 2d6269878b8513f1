import { isIndexed } from "../plan/declared-keys";
import type { SoftDeleteTable } from "../plan/table";
import { foldByJoins } from "./fold-by-joins";
import type { Names } from "./names";
import { join, sql, type Sql } from "./sql";
import { allSlots, isOf, KIND, nameOf, slots, type Carried, type Step, type Walk } from "./walk";
import { joins, wayOf } from "./walk-way";

/** What of a dialect a walk goes by. */
interface WalkingDialect {
  readonly names: Names;
  foldOf(steps: number): Fold | undefined;
  readonly joinInOrder: string;
}

/**
 * How the steps of a walk become fewer recursive terms: one, over a lateral union of them all; or some, each of outer joins to so
 * many tables.
 */
export type Fold = "lateral" | number;

/** `sd_walk (columns) AS (...)`: to stand behind WITH RECURSIVE. @internal */
export function walkExpression(dialect: WalkingDialect, walk: Walk): Sql {
  const { names } = dialect;
  const carried = walk.seeds[0]?.carry?.map(([name]) => name) ?? [];
  const columns = [KIND, ...allSlots(walk).map((slot) => slot.name), ...carried];
  const seeds = walk.seeds.map(
    (seed, index) => sql`SELECT ${row(names, walk, seed.table, seed.carry ?? [], index === 0)}
 FROM ${names.table(seed.table)} c ${seed.rest}`,
  );
  const fold = dialect.foldOf(walk.steps.length);
  const start =
    seeds.length > 1 && fold === "lateral"
      ? sql`(${join(seeds, " UNION ALL ")})`
      : join(seeds, " UNION ");
  const terms = recursiveTerms(dialect, walk, carried, fold);
  const body = terms.length > 0 ? sql`${start} UNION ${join(terms, " UNION ")}` : start;
  return sql`${nameOf(walk)} (${columns.join(", ")}) AS (${body})`;
}

function recursiveTerms(
  dialect: WalkingDialect,
  walk: Walk,
  carried: readonly string[],
  fold: Fold | undefined,
): Sql[] {
  const { names } = dialect;
  if (typeof fold === "number") return foldByJoins(names, walk, carried, fold);
  const [only] = walk.steps;
  const alone = only !== undefined && walk.steps.length === 1;
  // Joined to a table, PostgreSQL reads the whole of it in each round.
  const lateral = fold === "lateral" && (!alone || leadsByIndex(walk, only));
  const terms = walk.steps.map((step, index) =>
    stepSelect(dialect, walk, step, carried, lateral, lateral && index === 0),
  );
  if (!lateral || terms.length === 0) return terms;
  return [
    sql`SELECT s.* FROM ${nameOf(walk)} w CROSS JOIN LATERAL (${join(terms, " UNION ALL ")}${alone ? " OFFSET 0" : ""}) s`,
  ];
}

/** Whether an index gives the rows to which a step leads. */
function leadsByIndex(
  { upwards, namesOthers }: Walk,
  { edge: { child, parent, on } }: Step,
): boolean {
  if (namesOthers === true) return false;
  return upwards === true
    ? isIndexed(
        parent,
        on.map((pair) => pair.parent),
        true,
      )
    : isIndexed(
        child,
        on.map((pair) => pair.child),
        true,
      );
}

function stepSelect(
  dialect: WalkingDialect,
  walk: Walk,
  step: Step,
  carried: readonly string[],
  lateral: boolean,
  typed: boolean,
): Sql {
  const { names, joinInOrder: inOrder } = dialect;
  const { from, to, held, byKey, found, fromKinds, toKinds } = wayOf(names, walk, step.edge, "f");
  const carry = step.carry ?? carried.map((name) => [name, sql`w.${name}`] as const);
  const select = sql`SELECT ${row(names, walk, to, carry, typed)} FROM`;
  const kind = `w.${isOf(walk, from)}`;
  const via = joins(names, "f", held);
  const toOn = join([joins(names, "c", found), ...fromKinds, ...toKinds], " AND ");
  const target = `${names.table(to)} c`;
  const where = step.fits ? sql`${step.where} AND ${step.fits("c")}` : step.where;
  if (lateral) {
    return byKey
      ? sql`${select} ${target} WHERE ${kind} AND ${toOn} AND ${where}`
      : sql`${select} ${names.table(from)} f JOIN ${target} ON ${toOn} WHERE ${kind} AND ${via} AND ${where}`;
  }
  return byKey
    ? sql`${select} ${nameOf(walk)} w ${inOrder} ${target} ON ${toOn} WHERE ${kind} AND ${where}`
    : sql`${select} ${nameOf(walk)} w ${inOrder} ${names.table(from)} f ON ${via} ${inOrder} ${target} ON ${toOn} WHERE ${kind} AND ${where}`;
}

/** A row of the walk: which table, its primary key, and null in the other tables' places. */
function row(
  names: Names,
  walk: Walk,
  table: SoftDeleteTable,
  carry: Carried,
  /** Whether the others in a union take the types of the columns from this row. */
  typed: boolean,
): Sql {
  const own = slots(walk, table);
  const keys = allSlots(walk).map((slot) => {
    const column = table.primary[own.indexOf(slot.name)];
    if (column) return names.of("c", column);
    return typed
      ? `(SELECT n.${names.column(slot.column)} FROM ${names.table(slot.table)} n WHERE 1 = 0)`
      : "NULL";
  });
  return join(
    [String(walk.tables.indexOf(table)), ...keys, ...carry.map(([, value]) => value)],
    ", ",
  );
}
