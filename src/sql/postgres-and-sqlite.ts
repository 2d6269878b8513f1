import type { DataSource } from "typeorm";

import type { Table } from "../plan/table";
import { firstPerRow } from "./first-per-row";
import { Names } from "./names";
import { and, bind, join, sql, type Sql } from "./sql";
import { isOf, slots } from "./walk";
import type {
  Assignment,
  Orphans,
  ParentsOf,
  Update,
  UpdateByRelated,
  UpdateByWalk,
  UpdateOrphans,
} from "./statements";
import { walkExpression, type Fold } from "./walk-expression";
import { otherEnd, joinedAt, columnsAt, kindOf, joined } from "./edge-conditions";
import type { Column } from "../typeorm/metadata";
import { type Keys, listable, oneKey } from "./keys";

/** What PostgreSQL and SQLite have in common: `UPDATE ... WHERE key IN (SELECT ...)`, which both run by index. */
export abstract class PostgresAndSqlite {
  readonly readsSnapshots = false;
  readonly partialIndexes = true;
  readonly indexesForeignKeys = false;
  readonly noWait = undefined;
  readonly stepsOverRemoved = false;
  readonly locksWhatItReads = false;
  readonly certification = undefined;
  abstract readonly mostSteps: number;
  abstract readonly joinInOrder: "JOIN" | "CROSS JOIN";
  abstract readonly shareLock: string;

  constructor(
    readonly dataSource: DataSource,
    readonly names = new Names(dataSource),
  ) {}

  abstract foldOf(steps: number): Fold | undefined;

  refuseUnique(): void {
    // There are partial indexes.
  }

  update({ target, set, where }: Update): Sql {
    return sql`UPDATE ${this.names.table(target)} AS c SET ${this.#assignments(set)} WHERE ${where}`;
  }

  updateByRelated(update: UpdateByRelated): Sql {
    const { names } = this;
    const { edge, end = "child" } = update;
    const other = otherEnd(end);
    const head = sql`UPDATE ${names.table(edge[end])} AS c SET ${this.#assignments(update.set)}`;
    const related = `${names.table(edge[other])} AS p`;
    if (update.correlated === true) {
      const both = update.both ? [update.both] : [];
      return sql`${head} FROM ${related} WHERE ${and(joinedAt(names, edge, end, "c", "p"), update.where, update.relatedWhere, ...both)}`;
    }
    const own = columnsAt(edge, end);
    const theirs = columnsAt(edge, other);
    const where = join([update.where, ...kindOf(names, edge, end, "c")], " AND ");
    const relatedWhere = join([update.relatedWhere, ...kindOf(names, edge, other, "p")], " AND ");
    const below = sql`${names.row("c", own)} IN (SELECT ${names.list("p", theirs)} FROM ${related} WHERE ${relatedWhere})`;
    return sql`${head} WHERE ${where} AND ${this.lookup(below)}`;
  }

  updateByWalk(update: UpdateByWalk): Sql {
    const { names } = this;
    const { walk, target } = update;
    const keys = slots(walk, target);
    const head = sql`WITH RECURSIVE ${walkExpression(this, walk)} UPDATE ${names.table(target)} AS c SET ${this.#assignments(update.set)}`;
    if (update.correlated === true) {
      const on = target.primary.map(
        (column, index) => `${names.of("c", column)} = w.${keys[index] ?? ""}`,
      );
      return sql`${head} FROM ${firstPerRow(update)} WHERE ${and(...on, update.where)}`;
    }
    return sql`${head} WHERE ${update.where} AND ${names.row("c", target.primary)} IN (SELECT ${keys.join(", ")} FROM sd_walk w WHERE w.${isOf(walk, target)})`;
  }

  // A subquery for each edge, by the parent's key.
  updateOrphans(orphans: UpdateOrphans): Sql {
    const { target, set } = orphans;
    const where = and(orphans.where, ...this.#haveNoParent("c", orphans));
    return this.update({ target, set, where });
  }

  // Each combination of parents once, however many rows hang by it.
  countOrphans(orphans: Orphans): Sql {
    const { names } = this;
    const { target, edges, where } = orphans;
    const own = edges.flatMap(({ on, kinds }) => [
      ...on.map((pair) => pair.child),
      ...kinds.filter(({ end }) => end === "child").map(({ column }) => column),
    ]);
    const columns = [...new Set(own.map((column) => names.column(column)))].join(", ");
    return sql`SELECT COALESCE(SUM(k.sd_rows), 0) AS n FROM (SELECT ${columns}, COUNT(*) AS sd_rows FROM ${names.table(target)} c WHERE ${where} GROUP BY ${columns}) k WHERE ${and(...this.#haveNoParent("k", orphans))}`;
  }

  // A subquery by the parent's key: right after a deletion PostgreSQL's statistics are stale, and EXISTS or IN on the
  // parent's deletion id become nested loops.
  #haveNoParent(alias: string, { edges, related }: Orphans): Sql[] {
    const { names } = this;
    return edges.map(
      (edge) =>
        sql`COALESCE((SELECT MAX(CASE WHEN ${related("p", edge.parent)} THEN 1 ELSE 0 END) FROM ${names.table(edge.parent)} p WHERE ${joined(names, edge, alias, "p")}), 0) = 0`,
    );
  }

  // Each parent once, however many children hang by it.
  countDeletedParents({ edge, childWhere, parentWhere }: ParentsOf): Sql {
    const { names, shareLock } = this;
    const { parent, child } = edge;
    const own = names.row("p", columnsAt(edge, "parent"));
    const other = names.list("c", columnsAt(edge, "child"));
    const ofKind = join([childWhere, ...kindOf(names, edge, "child", "c")], " AND ");
    const parentOfKind = join([parentWhere, ...kindOf(names, edge, "parent", "p")], " AND ");
    return sql`SELECT COUNT(s.d) AS n FROM (SELECT ${names.of("p", parent.softDelete.deletedAt)} AS d FROM ${names.table(parent)} p WHERE ${own} IN (SELECT ${other} FROM ${names.table(child)} c WHERE ${ofKind}) AND ${parentOfKind}${shareLock}) s`;
  }

  selectWith(expressions: Sql, select: Sql): Sql {
    return sql`WITH RECURSIVE ${expressions} SELECT ${select}`;
  }

  updateWith(expressions: Sql, table: Table, keys: Sql, set: readonly Assignment[]): Sql {
    const own = this.names.row("c", table.primary);
    return sql`WITH RECURSIVE ${expressions} UPDATE ${this.names.table(table)} AS c SET ${this.#assignments(set)} WHERE ${own} IN (SELECT ${keys})`;
  }

  delete(table: Table, where: Sql): Sql {
    return sql`DELETE FROM ${this.names.table(table)} AS c WHERE ${where}`;
  }

  deleteWith(expressions: Sql, table: Table, keys: Sql, ...where: readonly Sql[]): Sql {
    const own = this.names.row("c", table.primary);
    return sql`WITH RECURSIVE ${expressions} DELETE FROM ${this.names.table(table)} AS c WHERE ${and(sql`${own} IN (SELECT ${keys})`, ...where)}`;
  }

  lookup(condition: Sql): Sql {
    return condition;
  }

  foundByKey(condition: Sql): Sql {
    return condition;
  }

  anyKey(alias: string, columns: readonly Column[], keys: Keys): Sql {
    const all = listable(this.names, columns, keys);
    const [key] = all;
    if (!key) return sql`1 = 0`;
    if (all.length > 1) return this.lookup(this.keyList(alias, columns, all));
    const one = oneKey(this.names, alias, columns, key);
    return columns.length === 1 ? this.lookup(one) : one;
  }

  /** The same for several keys. */
  protected abstract keyList(alias: string, columns: readonly Column[], keys: Keys): Sql;

  // Both find all rows before they write the first.
  whileWriting(_table: string, _columns: string, condition: Sql): Sql {
    return condition;
  }

  operand(column: Column, value: unknown): Sql {
    const [key] = listable(this.names, [column], [[value]]);
    return bind(key?.[0]);
  }

  tuned(statement: Sql): Sql {
    return statement;
  }

  keep(): readonly [] {
    return [];
  }

  #assignments(set: readonly Assignment[]): Sql {
    return join(
      set.map(([column, value]) => sql`${this.names.column(column)} = ${value}`),
      ", ",
    );
  }
}
