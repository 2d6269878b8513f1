import type {
  Assignment,
  Dialect,
  Orphans,
  ParentsOf,
  Update,
  UpdateByRelated,
  UpdateByWalk,
  UpdateOrphans,
} from "./dialect";
import type { Table } from "../plan/table";
import { and, join, sql, type Sql } from "./sql";
import { isOf, slots, walkExpression } from "./walk";

/** `UPDATE t ... WHERE ...` @internal */
export function update(dialect: Dialect, { target, set, where }: Update): Sql {
  return sql`UPDATE ${dialect.names.table(target)} AS c SET ${assignments(dialect, set)} WHERE ${where}`;
}

/** `UPDATE child ... WHERE fk IN (SELECT ...)`: what PostgreSQL and SQLite run by index. @internal */
export function updateByRelated(dialect: Dialect, update: UpdateByRelated): Sql {
  const { names } = dialect;
  const head = sql`UPDATE ${names.table(update.target)} AS c SET ${assignments(dialect, update.set)}`;
  const related = `${names.table(update.related)} AS p`;
  if (update.correlated === true) {
    const on = update.on.map(
      ([target, other]) => `${names.of("c", target)} = ${names.of("p", other)}`,
    );
    const both = update.both ? [update.both] : [];
    return sql`${head} FROM ${related} WHERE ${and(...on, update.where, update.relatedWhere, ...both)}`;
  }
  const own = names.row(
    "c",
    update.on.map(([target]) => target),
  );
  const other = names.list(
    "p",
    update.on.map(([, column]) => column),
  );
  return sql`${head} WHERE ${update.where} AND ${own} IN (SELECT ${other} FROM ${related} WHERE ${update.relatedWhere})`;
}

/** `WITH RECURSIVE walk ... UPDATE ... WHERE id IN (SELECT ... FROM walk)`. @internal */
export function updateByWalk(dialect: Dialect, update: UpdateByWalk): Sql {
  const { names } = dialect;
  const { walk, target } = update;
  const keys = slots(walk, target);
  const head = sql`WITH RECURSIVE ${walkExpression(dialect, walk)} UPDATE ${names.table(target)} AS c SET ${assignments(dialect, update.set)}`;
  if (update.correlated === true) {
    const on = target.primary.map(
      (column, index) => `${names.of("c", column)} = w.${keys[index] ?? ""}`,
    );
    return sql`${head} FROM ${firstPerRow(update)} WHERE ${and(...on, update.where)}`;
  }
  return sql`${head} WHERE ${update.where} AND ${names.row("c", target.primary)} IN (SELECT ${keys.join(", ")} FROM walk w WHERE w.${isOf(walk, target)})`;
}

/** An UPDATE by the keys that common table expressions give. @internal */
export function updateWith(
  dialect: Dialect,
  expressions: Sql,
  table: Table,
  keys: Sql,
  set: readonly Assignment[],
): Sql {
  const { names } = dialect;
  return sql`WITH RECURSIVE ${expressions} UPDATE ${names.table(table)} AS c SET ${assignments(dialect, set)} WHERE ${names.row("c", table.primary)} IN (SELECT ${keys})`;
}

/** A subquery for each edge, by the parent's key. @internal */
export function updateOrphans(dialect: Dialect, orphans: UpdateOrphans): Sql {
  const { target, set } = orphans;
  const where = and(orphans.where, ...haveNoParent(dialect, "c", orphans));
  return update(dialect, { target, set, where });
}

/** Each combination of parents once, however many rows hang by it. @internal */
export function countOrphans(dialect: Dialect, orphans: Orphans): Sql {
  const { names } = dialect;
  const { target, edges, where } = orphans;
  const columns = [
    ...new Set(edges.flatMap((edge) => edge.on.map((pair) => names.column(pair.child)))),
  ].join(", ");
  return sql`SELECT COALESCE(SUM(k.n), 0) AS n FROM (SELECT ${columns}, COUNT(*) AS n FROM ${names.table(target)} c WHERE ${where} GROUP BY ${columns}) k WHERE ${and(...haveNoParent(dialect, "k", orphans))}`;
}

// A subquery by the parent's key: right after a deletion PostgreSQL's statistics are stale, and EXISTS or IN on the
// parent's deletion id become nested loops.
function haveNoParent({ names }: Dialect, alias: string, { edges, related }: Orphans): Sql[] {
  return edges.map(
    ({ parent, on }) =>
      sql`COALESCE((SELECT MAX(CASE WHEN ${related("p", parent)} THEN 1 ELSE 0 END) FROM ${names.table(parent)} p WHERE ${names.on(alias, "p", on)}), 0) = 0`,
  );
}

/** Each parent once, however many children hang by it. @internal */
export function countDeletedParents(
  dialect: Dialect,
  { edge, childWhere, parentWhere }: ParentsOf,
): Sql {
  const { names, shareLock } = dialect;
  const { parent, child, on } = edge;
  const own = names.row(
    "p",
    on.map((pair) => pair.parent),
  );
  const other = names.list(
    "c",
    on.map((pair) => pair.child),
  );
  return sql`SELECT COUNT(s.d) AS n FROM (SELECT ${names.of("p", parent.softDelete.deletedAt)} AS d FROM ${names.table(parent)} p WHERE ${own} IN (SELECT ${other} FROM ${names.table(child)} c WHERE ${childWhere}) AND ${parentWhere}${shareLock}) s`;
}

/** The walk's rows for one table, one for each key, where it carries values: the smallest wins. @internal */
export function firstPerRow(update: UpdateByWalk): Sql {
  const { walk, target } = update;
  const keys = slots(walk, target).join(", ");
  const carried = walk.seeds[0]?.carry?.map(([name]) => name) ?? [];
  const order = carried[0] ?? keys;
  return sql`(SELECT * FROM (SELECT walk.*, ROW_NUMBER() OVER (PARTITION BY ${keys} ORDER BY ${order}) AS n FROM walk WHERE ${isOf(walk, target)}) ranked WHERE n = 1) w`;
}

function assignments(dialect: Dialect, set: readonly Assignment[]): Sql {
  return join(
    set.map(([column, value]) => sql`${dialect.names.column(column)} = ${value}`),
    ", ",
  );
}
