import type { DataSource } from "typeorm";

import type { SoftDeleteTable, Table } from "../plan/table";
import type { DeclaredUnique } from "../plan/uniques";
import type { Keys } from "./keys";
import type { Names } from "./names";
import type { Sql } from "./sql";
import type { Fold } from "./walk-expression";
import type {
  Update,
  UpdateByRelated,
  UpdateByWalk,
  UpdateOrphans,
  Orphans,
  ParentsOf,
  Assignment,
  ViolatedKey,
} from "./statements";
import type { Column } from "../typeorm/metadata";

/** What differs between databases: the forms of statements that each runs by index, limits, errors. */
export interface Dialect {
  readonly dataSource: DataSource;
  readonly names: Names;
  /** Whether all work of a data source goes through one connection, and so has to queue. */
  readonly singleConnection: boolean;
  /** The statements that begin a transaction of this package's own, at the isolation level that it wants. */
  readonly begins: readonly string[];
  /** A SELECT that asks how many rows the last statement has matched, as `n`; undefined where the driver says so. */
  readonly matched: Sql | undefined;
  /** Whether a plain read sees an older snapshot at the isolation level that a server has by default. */
  readonly readsSnapshots: boolean;
  /** Whether a unique index may have a condition; TypeORM drops it silently where it may not. */
  readonly partialIndexes: boolean;
  /** Whether the database itself makes an index for each foreign key constraint. */
  readonly indexesForeignKeys: boolean;
  /** Whether it may compile a statement before it runs it, outside the transactions that this package begins. */
  readonly compiles: boolean;
  /** How the recursive terms of a walk are folded, which has so many steps; undefined where each may be one. */
  foldOf(steps: number): Fold | undefined;
  /** How many steps a walk over all rows of a plan may have; beyond, edge by edge is shorter. */
  readonly mostSteps: number;
  /** What joins two tables, where the database lets one say so, in the order in which they are written. */
  readonly joinInOrder: "JOIN" | "CROSS JOIN" | "STRAIGHT_JOIN";

  /** @throws SoftDeleteConfigurationError for a key among active rows that would not be what it says. */
  refuseUnique(key: DeclaredUnique): void;

  update(update: Update): Sql;
  updateByRelated(update: UpdateByRelated): Sql;
  updateByWalk(update: UpdateByWalk): Sql;
  updateOrphans(update: UpdateOrphans): Sql;
  /** A SELECT that counts orphans, as `n`. */
  countOrphans(orphans: Orphans): Sql;
  /** A SELECT that locks the parents against writers and counts, as `n`, how many of them are deleted. */
  countDeletedParents(parents: ParentsOf): Sql;
  /** A SELECT behind common table expressions that may be recursive. */
  selectWith(expressions: Sql, select: Sql): Sql;
  /** An UPDATE of the rows `c` of one table whose keys a SELECT behind common table expressions gives. */
  updateWith(expressions: Sql, table: Table, keys: Sql, set: readonly Assignment[]): Sql;
  /** A DELETE of the rows `c` of one table. */
  delete(table: Table, where: Sql): Sql;
  /**
   * A DELETE of the rows `c` of one table whose keys a SELECT behind common table expressions gives, as far as they meet
   * further conditions.
   */
  deleteWith(expressions: Sql, table: Table, keys: Sql, ...where: readonly Sql[]): Sql;
  /** Assignments that keep columns which the database would otherwise move by itself. */
  keep(table: SoftDeleteTable): readonly Assignment[];
  /** A condition that a column holds one of the values. */
  anyOf(column: string, values: readonly string[]): Sql;
  /** A condition that the columns together hold one of the keys: one parameter, whatever their number. */
  anyKey(alias: string, columns: readonly Column[], keys: Keys): Sql;
  /** A condition on rows `c` of a table, as it may stand in a statement that writes the very tables which it reads. */
  whileWriting(table: string, columns: string, condition: Sql): Sql;
  /** A value that a column is compared with otherwise than by {@link anyKey}. */
  operand(column: Column, value: unknown): Sql;
  /** Whether there are columns that hold arrays, and the find operators on them. */
  readonly hasArrays: boolean;
  /** A statement with what the database has to be told to run it by index. */
  tuned(statement: Sql): Sql;
  /** A condition by whose index rows are to be found, whatever the statistics say of it. */
  lookup(condition: Sql): Sql;
  /** A condition on rows that a foreign key's index gives, in a form for which no other index is taken instead of that. */
  foundByKey(condition: Sql): Sql;
  /** A condition, looked up by index for each row, that `FROM ...` yields nothing. */
  nothing(from: Sql): Sql;
  /** What is put behind {@link updateLock} to leave out rows that somebody else has locked. Empty where nobody can have. */
  readonly skipLocked: string;
  /**
   * What is put before a DELETE to make it fail at once, by an error that {@link isLockTimeout} knows, where somebody else has
   * locked one of its rows. Undefined where there is no such thing, or no need.
   */
  readonly noWait: string | undefined;
  /** A statement that tells the database, for one transaction, how to plan: many rows at once, or some by index alone. */
  planning(rows: "all" | "by index"): Sql | undefined;
  /** Whether rows that are gone stand in the indexes for a while, and every search from their beginning steps over them. */
  readonly stepsOverRemoved: boolean;
  /**
   * Whether a statement that writes locks, and waits for, all that it reads on its way: rows of others in the same part of an
   * index, and what its subqueries read.
   */
  readonly locksWhatItReads: boolean;
  /** Whether foreign keys are checked when a statement ends, and not row by row. */
  readonly checksAtEnd: boolean;
  /** What is put behind a SELECT to lock the rows it read of alias `p` against writers. */
  readonly shareLock: string;
  /**
   * A SELECT that gives a row where the transaction goes by its snapshot even when it writes, and fails only over rows that it
   * writes or locks itself. Undefined where none does.
   */
  readonly writesBySnapshot: Sql | undefined;
  /** What is put behind a SELECT to lock the rows it read for itself. */
  readonly updateLock: string;
  /**
   * A SELECT whose `Value` is "ON" where servers replicate by certifying what transactions have written: none of them sees the
   * locks of another. Undefined where there is no such thing.
   */
  readonly certification: Sql | undefined;
  /** The deletion id in an SQL expression, with another UUID version digit. */
  withVersion(deletionId: string, digit: string): Sql;
  /** The UUID version digit of a deletion id in an SQL expression. */
  versionOf(deletionId: string): Sql;
  /** A moment some seconds before the database's own clock. */
  secondsAgo(seconds: number): Sql;
  /** A moment as text, with all that is needed to read it back. */
  asText(moment: Sql): Sql;
  /** A moment that {@link asText} has written. */
  fromText(text: Sql): Sql;
  /** What to do about a delete date whose type leaves the time zone to each process; undefined where it does not. */
  zoneRemedy(type: string): string | undefined;
  /** A parameter of which the database has to be told the type. */
  typed(column: Column, parameter: Sql): Sql;
  /** Whether an error says that a foreign key still refers to a row. */
  isForeignKeyViolation(error: unknown): boolean;
  /** The unique key that an error says is taken; undefined for every other error. */
  violatedKey(error: unknown): ViolatedKey | undefined;
  /**
   * Whether an error says that the database refuses to write a row, for a constraint, a trigger or a value; not where it fails
   * itself, or refuses the statement whatever its rows are.
   */
  isRefusal(error: unknown): boolean;
  /** Whether an error says that somebody else has locked a row for too long. */
  isLockTimeout(error: unknown): boolean;
  /** Whether an error says that a column cannot be compared with a value, or not in this way. */
  isIncomparable(error: unknown): boolean;
  /** Whether a transaction that failed so may simply be run again. */
  isRetryable(error: unknown): boolean;
}
