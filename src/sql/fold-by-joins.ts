import type { Names } from "./names";
import { and, join, or, sql, type Sql } from "./sql";
import { allSlots, KIND, nameOf, slots, type Step, type Walk } from "./walk";
import { joins, wayOf, type Way } from "./walk-way";

/**
 * The recursive terms of a walk, of many steps each: every step of a term is joined from the outside, so that rows come from one
 * of them at a time. MariaDB works for seconds, and takes memory by the gigabyte, where ten terms refer to each other; SQLite
 * takes 500 parts of a compound SELECT at most.
 *
 * @internal
 */
export function foldByJoins(
  names: Names,
  walk: Walk,
  carried: readonly string[],
  /** How many tables are joined in one term: a step is one or two of them. */
  most: number,
): Sql[] {
  const terms: Step[][] = [];
  let tables = most;
  for (const step of walk.steps) {
    const needs = wayOf(names, walk, step.edge, "f").byKey ? 1 : 2;
    if (tables + needs > most) {
      terms.push([]);
      tables = 0;
    }
    terms.at(-1)?.push(step);
    tables += needs;
  }
  return terms.map((steps) => termOf(names, walk, steps, carried));
}

/** A step as a part of its term, by its place there. */
interface Part {
  readonly at: string;
  readonly step: Step;
  readonly way: Way;
}

function termOf(names: Names, walk: Walk, steps: readonly Step[], carried: readonly string[]): Sql {
  const parts = steps.map((step, index): Part => {
    const at = String(index);
    return { at, step, way: wayOf(names, walk, step.edge, `f${at}`) };
  });
  const edges = parts.map(
    ({ at, way: { from, to } }) =>
      `SELECT ${at} AS e, ${String(walk.tables.indexOf(from))} AS f, ${String(walk.tables.indexOf(to))} AS t`,
  );
  const keys = allSlots(walk).map(({ name }) => {
    const holding = parts.flatMap(({ at, way: { to } }) => {
      const column = to.primary[slots(walk, to).indexOf(name)];
      return column ? [names.of(`c${at}`, column)] : [];
    });
    return holding.length > 1 ? `COALESCE(${holding.join(", ")})` : (holding[0] ?? "NULL");
  });
  const values = carried.map((name) => carriedValue(parts, name));
  const found = parts.map(
    ({ at, way: { to } }) => `${names.list(`c${at}`, to.primary.slice(0, 1))} IS NOT NULL`,
  );
  return sql`SELECT ${join(["s.t", ...keys, ...values], ", ")} FROM ${nameOf(walk)} w JOIN (${edges.join(" UNION ALL ")}) s ON s.f = w.${KIND} ${join(
    parts.map((part) => joinOf(names, part)),
    " ",
  )} WHERE ${or(...found)}`;
}

// A key that is null in all rows but those of its own step is not looked for.
function joinOf(names: Names, { at, step, way }: Part): Sql {
  const { from, to, byKey, held, found, fromKinds, toKinds } = way;
  const ofStep = (equal: Way["found"]): Way["found"] =>
    equal.map(([column, value]) => [column, `CASE WHEN s.e = ${at} THEN ${value} END`]);
  const before = byKey
    ? ""
    : `LEFT JOIN ${names.table(from)} f${at} ON ${joins(names, `f${at}`, ofStep(held))} `;
  const { deletedAt, deletionId } = to.softDelete;
  const named = step.fits ? [deletedAt, deletionId] : [];
  const columns = [...new Set([...to.primary, ...found.map(([column]) => column), ...named])];
  const fits = step.fits ? [step.fits(`c${at}`)] : [];
  const on = and(joins(names, `c${at}`, ofStep(found)), ...fromKinds, ...fits);
  const rows = sql`SELECT ${names.list("c", columns)} FROM ${names.table(to)} c WHERE ${and(...toKinds, step.where)}`;
  return sql`${before}LEFT JOIN (${rows}) c${at} ON ${on}`;
}

function carriedValue(parts: readonly Part[], name: string): Sql {
  const own = parts.flatMap(({ at, step }) => {
    const value = step.carry?.find(([carried]) => carried === name)?.[1];
    return value ? [sql`WHEN ${at} THEN ${value}`] : [];
  });
  return own.length === 0 ? sql`w.${name}` : sql`CASE s.e ${join(own, " ")} ELSE w.${name} END`;
}
