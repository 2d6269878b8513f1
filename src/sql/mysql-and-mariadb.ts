import type { DataSource } from "typeorm";

import { mariaDbAsMysql, uniqueWithoutGeneratedColumn } from "../errors/unique-keys";
import type { SoftDeleteTable, Table } from "../plan/table";
import type { DeclaredUnique } from "../plan/uniques";
import type { Dialect } from "./dialect";
import * as errors from "./mysql-errors";
import { MysqlExpressions } from "./mysql-expressions";
import { inDigits, listable, oneKey, type Keys } from "./keys";
import { Names } from "./names";
import { isMariaDb, serverVersion } from "../typeorm/server-version";
import { and, bind, bindList, filter, join, sql, type Sql } from "./sql";
import { firstPerRow } from "./first-per-row";
import { isOf, slots } from "./walk";
import type {
  Assignment,
  Orphans,
  ParentsOf,
  Update,
  UpdateByRelated,
  UpdateByWalk,
  UpdateOrphans,
  ViolatedKey,
} from "./statements";
import { localZoneRemedy } from "./mysql-zones";
import { walkExpression, type Fold } from "./walk-expression";
import { joinedAt, otherEnd, joined } from "./edge-conditions";
import type { Column } from "../typeorm/metadata";
import { LONG_LIST, withLongLists } from "./mysql-long-lists";

// Each server takes the other's form for a comment.
const UNLIMITED_MARIADB = "/*M! SET STATEMENT max_recursive_iterations=4294967295 FOR */ ";
const NO_WAIT_MARIADB = "/*M! SET STATEMENT innodb_lock_wait_timeout=0 FOR */ ";
// By statistics from before a load MySQL reads a whole table, once for each row above it, where an index has the few.
const BY_INDEX = "SET_VAR(max_seeks_for_key=1) SET_VAR(optimizer_switch='block_nested_loop=off')";
const BY_INDEX_MYSQL = `/*+ ${BY_INDEX} */ `;
const UNLIMITED_MYSQL = `/*+ SET_VAR(cte_max_recursion_depth=4294967295) ${BY_INDEX} */ `;

/**
 * MySQL and MariaDB. An UPDATE with `IN (SELECT ...)` scans and locks the whole table there; an UPDATE with a join goes by
 * index. A recursive walk ends silently after 1,000 rounds on MariaDB, and with an error on MySQL, unless it is told
 * otherwise.
 */
export class MysqlDialect extends MysqlExpressions implements Dialect {
  readonly names: Names;
  readonly singleConnection = false;
  // Repeatable read, the default, locks the gaps between rows as well, against TypeORM's own statements too.
  readonly begins = ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"];
  readonly matched = undefined;
  readonly readsSnapshots = true;
  readonly partialIndexes = false;
  readonly hasArrays = false;
  readonly indexesForeignKeys = true;
  readonly compiles = false;
  readonly joinInOrder = "STRAIGHT_JOIN";
  readonly shareLock = " LOCK IN SHARE MODE";
  readonly updateLock = " FOR UPDATE";
  readonly stepsOverRemoved = true;
  readonly locksWhatItReads = true;
  readonly checksAtEnd = false;
  // Galera; everywhere else it is off, or there is no such variable.
  readonly certification = sql`SHOW VARIABLES LIKE 'wsrep_on'`;
  readonly isForeignKeyViolation = errors.isForeignKeyError;
  readonly isRefusal = errors.isRefusalError;
  readonly isLockTimeout = errors.isLockTimeoutError;
  readonly isIncomparable = errors.isIncomparableError;
  readonly isRetryable = errors.isRetryableError;
  readonly planning = (): undefined => undefined;
  readonly writesBySnapshot = undefined;
  readonly zoneRemedy = (): string | undefined => localZoneRemedy(this.dataSource);

  constructor(readonly dataSource: DataSource) {
    super();
    this.names = new Names(dataSource);
  }

  // A join takes 61 tables.
  foldOf(steps: number): Fold | undefined {
    return steps > 3 ? 50 : undefined;
  }

  // Of ten recursive terms MariaDB makes gigabytes, of seven already a second.
  get mostSteps(): number {
    return isMariaDb(this.dataSource) ? 150 : Infinity;
  }

  refuseUnique({ generated, path }: DeclaredUnique): void {
    if (!generated) throw uniqueWithoutGeneratedColumn(path);
    // For which TypeORM writes generated columns in a syntax that MariaDB refuses.
    if (this.dataSource.options.type === "mysql" && isMariaDb(this.dataSource)) {
      throw mariaDbAsMysql(path);
    }
  }

  update({ target, set, where }: Update): Sql {
    return sql`UPDATE ${this.names.table(target)} AS c SET ${this.#assignments(set)} WHERE ${where}`;
  }

  updateByRelated(update: UpdateByRelated): Sql {
    const { names } = this;
    const { edge, end = "child" } = update;
    const on = joinedAt(names, edge, end, "c", "p");
    const both = update.both ? [update.both] : [];
    const target = `${names.table(edge[end])} AS c`;
    const related = `${names.table(edge[otherEnd(end)])} AS p`;
    // Left to itself, the optimizer scans a child table whose foreign key is nearly always null.
    const joined =
      update.few === "target"
        ? `${target} STRAIGHT_JOIN ${related}`
        : `${related} STRAIGHT_JOIN ${target}`;
    return sql`UPDATE ${BY_INDEX_MYSQL}${joined} ON ${on} SET ${this.#assignments(update.set)} WHERE ${and(update.where, update.relatedWhere, ...both)}`;
  }

  updateByWalk(update: UpdateByWalk): Sql {
    const { names } = this;
    const { walk, target } = update;
    const keys = slots(walk, target);
    const on = target.primary
      .map((column, index) => `${names.of("c", column)} = w.${keys[index] ?? ""}`)
      .join(" AND ");
    const rows =
      update.correlated === true
        ? sql`(WITH RECURSIVE ${walkExpression(this, walk)} SELECT * FROM ${firstPerRow(update)}) w`
        : sql`(WITH RECURSIVE ${walkExpression(this, walk)} SELECT DISTINCT ${keys.join(", ")} FROM sd_walk WHERE ${isOf(walk, target)}) w`;
    return sql`${UNLIMITED_MARIADB}UPDATE ${UNLIMITED_MYSQL}${rows} STRAIGHT_JOIN ${names.table(target)} AS c ON ${on} SET ${this.#assignments(update.set)} WHERE ${update.where}`;
  }

  updateOrphans(update: UpdateOrphans): Sql {
    const [joined, orphaned] = this.#orphans(update);
    return sql`UPDATE ${joined} SET ${this.#assignments(update.set)} WHERE ${orphaned}`;
  }

  countOrphans(orphans: Orphans): Sql {
    const [joined, orphaned] = this.#orphans(orphans);
    return sql`SELECT COUNT(*) AS n FROM ${joined} WHERE ${orphaned}`;
  }

  #orphans({ target, where, edges, related }: Orphans): [joined: Sql, condition: Sql] {
    const { names } = this;
    const joins = edges.map((edge, index) => {
      const alias = `p${String(index)}`;
      return sql` LEFT JOIN ${names.table(edge.parent)} AS ${alias} ON ${joined(names, edge, "c", alias)} AND ${related(alias, edge.parent)}`;
    });
    const orphaned = edges.map(
      ({ parent }, index) =>
        `${names.list(`p${String(index)}`, parent.primary.slice(0, 1))} IS NULL`,
    );
    return [sql`${names.table(target)} AS c${join(joins, "")}`, and(where, ...orphaned)];
  }

  // A join: what it reads of both tables is current, where a subquery would read the transaction's snapshot. From the
  // children to the parents: the other way round it reads, and locks, every parent there is.
  countDeletedParents({ edge, childWhere, parentWhere }: ParentsOf): Sql {
    const { names } = this;
    const { parent, child } = edge;
    return sql`SELECT STRAIGHT_JOIN COUNT(${names.of("p", parent.softDelete.deletedAt)}) AS n FROM ${names.table(child)} c JOIN ${names.table(parent)} p ON ${joined(names, edge, "c", "p")} WHERE ${childWhere} AND ${parentWhere}${this.shareLock}`;
  }

  selectWith(expressions: Sql, select: Sql): Sql {
    return sql`${UNLIMITED_MARIADB}WITH RECURSIVE ${expressions} SELECT ${UNLIMITED_MYSQL}${select}`;
  }

  updateWith(expressions: Sql, table: Table, keys: Sql, set: readonly Assignment[]): Sql {
    const on = table.primary.map(
      (column) => `${this.names.of("c", column)} = ${this.names.of("w", column)}`,
    );
    return sql`${UNLIMITED_MARIADB}UPDATE ${UNLIMITED_MYSQL}(WITH RECURSIVE ${expressions} SELECT DISTINCT ${keys}) w STRAIGHT_JOIN ${this.names.table(table)} AS c ON ${on.join(" AND ")} SET ${this.#assignments(set)}`;
  }

  delete(table: Table, where: Sql): Sql {
    return sql`DELETE c FROM ${this.names.table(table)} AS c WHERE ${where}`;
  }

  deleteWith(expressions: Sql, table: Table, keys: Sql, ...where: readonly Sql[]): Sql {
    const on = table.primary.map(
      (column) => `${this.names.of("c", column)} = ${this.names.of("w", column)}`,
    );
    return sql`${UNLIMITED_MARIADB}DELETE ${UNLIMITED_MYSQL}c FROM (WITH RECURSIVE ${expressions} SELECT DISTINCT ${keys}) w STRAIGHT_JOIN ${this.names.table(table)} AS c ON ${and(...on, ...where)}`;
  }

  keep(table: SoftDeleteTable): readonly Assignment[] {
    const { updateDate } = table.softDelete;
    // Columns that are declared ON UPDATE CURRENT_TIMESTAMP: TypeORM does so with the update date.
    return [...table.columns.values()]
      .filter((column) => column === updateDate || column.onUpdate !== undefined)
      .map((column) => [column, sql`${this.names.of("c", column)}`]);
  }

  anyOf(column: string, values: readonly string[]): Sql {
    if (values.length === 1) return sql`${column} = ${bind(values[0])}`;
    return sql`${column} IN (${join(values.map(bind), ", ")})`;
  }

  anyKey(alias: string, columns: readonly Column[], keys: Keys): Sql {
    const { names } = this;
    const all = inDigits(names, columns, listable(names, columns, keys));
    const [key] = all;
    if (!key) return sql`1 = 0`;
    // A list of one row of several columns is none that MariaDB goes by an index for.
    if (all.length === 1) return oneKey(names, alias, columns, key);
    const list = columns.length === 1 ? all.map(([value]) => value) : all;
    return sql`${names.row(alias, columns)} IN (${bindList(list)})`;
  }

  // In a derived table, and one that is not merged: neither server writes a table that a subquery reads.
  whileWriting(table: string, columns: string, condition: Sql): Sql {
    const keys = sql`SELECT DISTINCT ${columns} FROM ${table} c WHERE ${condition}`;
    return sql`(${columns}) IN (SELECT * FROM (${keys}) m)`;
  }

  operand(column: Column, value: unknown): Sql {
    const [key] = inDigits(this.names, [column], listable(this.names, [column], [[value]]));
    return bind(key?.[0]);
  }

  tuned(statement: Sql): Sql {
    return statement.longestList < LONG_LIST ? statement : withLongLists(statement);
  }

  // By statistics from before a load, MySQL finds the active rows by their date, all of them once for each row above them.
  foundByKey(condition: Sql): Sql {
    return filter(condition);
  }

  // Not EXISTS, which the optimizer may turn into a join that reads the whole table.
  nothing(from: Sql): Sql {
    return sql`(SELECT 1 ${from} LIMIT 1) IS NULL`;
  }

  get skipLocked(): string {
    const [major, minor] = serverVersion(this.dataSource);
    return (major === 10 ? minor >= 6 : major >= 8) ? " SKIP LOCKED" : "";
  }

  get noWait(): string | undefined {
    return isMariaDb(this.dataSource) ? NO_WAIT_MARIADB : undefined;
  }

  violatedKey(error: unknown): ViolatedKey | undefined {
    return errors.violatedKeyOf(error);
  }

  #assignments(set: readonly Assignment[]): Sql {
    return join(
      set.map(([column, value]) => sql`${this.names.of("c", column)} = ${value}`),
      ", ",
    );
  }
}
