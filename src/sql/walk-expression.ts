import { isIndexed } from "../plan/declared-keys";
import type { SoftDeleteTable } from "../plan/table";
import type { Names } from "./names";
import { join, sql, type Sql } from "./sql";
import { isOf, KIND, slots, type Carried, type Step, type Walk } from "./walk";
import { kindOf, otherEnd } from "./edge-conditions";

/** What of a dialect a walk goes by. */
interface WalkingDialect {
  readonly names: Names;
  readonly singleRecursiveTerm: boolean;
  readonly joinInOrder: string;
}

/** `sd_walk (columns) AS (...)`: to stand behind WITH RECURSIVE. @internal */
export function walkExpression(dialect: WalkingDialect, walk: Walk): Sql {
  const carried = walk.seeds[0]?.carry?.map(([name]) => name) ?? [];
  const columns = [KIND, ...walk.tables.flatMap((table) => slots(walk, table)), ...carried];
  const seeds = walk.seeds.map(
    (seed) => sql`SELECT ${row(dialect, walk, seed.table, seed.carry ?? [])}
 FROM ${dialect.names.table(seed.table)} c ${seed.rest}`,
  );
  // Joined to a table, PostgreSQL reads the whole of it in each round.
  const [only] = walk.steps;
  const alone = only !== undefined && walk.steps.length === 1;
  const fold =
    dialect.singleRecursiveTerm && (walk.steps.length > 1 || (alone && leadsByIndex(walk, only)));
  const terms = walk.steps.map((step) => stepSelect(dialect, walk, step, carried, fold));
  const recursion = fold
    ? sql`SELECT s.* FROM ${nameOf(walk)} w CROSS JOIN LATERAL (${join(terms, " UNION ALL ")}${alone ? " OFFSET 0" : ""}) s`
    : join(terms, " UNION ");
  const start =
    seeds.length > 1 && dialect.singleRecursiveTerm
      ? sql`(${join(seeds, " UNION ALL ")})`
      : join(seeds, " UNION ");
  const body = walk.steps.length > 0 ? sql`${start} UNION ${recursion}` : start;
  return sql`${nameOf(walk)} (${columns.join(", ")}) AS (${body})`;
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
  fold: boolean,
): Sql {
  const { names, joinInOrder: inOrder } = dialect;
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
  const fromEnd = walk.upwards === true ? "child" : "parent";
  // Of the row that it comes from the walk holds the primary key alone.
  const fromKinds = kindOf(names, edge, fromEnd, "f");
  const byKey = fromKinds.length === 0 && pairs.every((pair) => slotOf(pair.from) !== undefined);
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
  const toOn = join(
    [
      ...pairs.map((pair) =>
        names.lookedUp(
          `${names.of("c", pair.to)} = ${byKey ? `w.${slotOf(pair.from) ?? ""}` : names.of("f", pair.from)}`,
        ),
      ),
      ...fromKinds,
      ...kindOf(names, edge, otherEnd(fromEnd), "c"),
    ],
    " AND ",
  );
  const target = `${names.table(to)} c`;
  if (fold) {
    return byKey
      ? sql`${select} ${target} WHERE ${kind} AND ${toOn} AND ${step.where}`
      : sql`${select} ${via} JOIN ${target} ON ${toOn} WHERE ${kind} AND ${viaOn} AND ${step.where}`;
  }
  return byKey
    ? sql`${select} ${nameOf(walk)} w ${inOrder} ${target} ON ${toOn} WHERE ${kind} AND ${step.where}`
    : sql`${select} ${nameOf(walk)} w ${inOrder} ${via} ON ${viaOn} ${inOrder} ${target} ON ${toOn} WHERE ${kind} AND ${step.where}`;
}

function nameOf(walk: Walk): string {
  return walk.name ?? "sd_walk";
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
