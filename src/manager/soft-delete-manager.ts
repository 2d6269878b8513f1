import type { EntityTarget, ObjectLiteral } from "typeorm";

import type { Only } from "../errors";
import { checkOptions, isObject } from "../errors/check-options";
import { countDeletions, listDeletions, type LoggedDeletion } from "../record/deletions";
import type { DeletionsFilter, DeletionsOptions } from "../record/deletions-options";
import { check } from "../check/check";
import type { CheckFinding } from "../check/finding";
import { type PurgeResult, type SettleResult } from "../record/results";
import {
  purge,
  PURGE_ALL_RULES,
  PURGE_RULES,
  type PurgeAllOptions,
  type PurgeOptions,
} from "../purge/purge";
import { judged } from "../rows/judged-criteria";
import { purgeConditions } from "../purge/purge-conditions";
import { settle, SETTLE_RULES, type SettleOptions } from "../settle/settle";
import { autocommit } from "../session/transaction";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";

import { EntityVerbs } from "./entity-verbs";

/**
 * Soft-deletes and restores rows of any entity. It is to {@link SoftDeleteRepository} what TypeORM's
 * {@link EntityManager} is to its `Repository`.
 *
 * Each call is atomic: a transaction of its own, run again after a deadlock or a serialization failure, or a savepoint
 * where the given manager is in a transaction.
 *
 * @example
 * ```ts
 * const manager = new SoftDeleteManager(dataSource);
 * const { deletionId } = await manager.softDelete(User, 1, { reason: "asked for it" });
 * if (deletionId) await manager.restoreDeletion(deletionId);
 * ```
 */
export class SoftDeleteManager extends EntityVerbs {
  /**
   * Looks for rows that break the laws, and for entities, keys and options that do not do what they seem to, errors first.
   *
   * Reads only: one SELECT for each soft-deletable table and one for each `CASCADE` and `RESTRICT` relation, by index where
   * the entities have the indexes that it asks for; a table with a deleted flag is read as a whole. Everything else comes
   * from the entities' metadata, not from the database's own schema.
   *
   * @example
   * ```ts
   * const findings = await new SoftDeleteManager(dataSource).check();
   * for (const { severity, message, remedy } of findings) console.log(`${severity}: ${message} ${remedy}`);
   * ```
   *
   * @throws SoftDeleteConfigurationError when the entities contradict themselves, as every operation does.
   */
  async check(): Promise<CheckFinding[]> {
    return autocommit(this.manager, check);
  }

  /**
   * Mends rows that something outside this package deleted or restored, and what a process has left half done that died in
   * the midst of a call of TypeORM's own; also the step for tables that used plain TypeORM before. Of one entity, or of all.
   *
   * A deleted row without a deletion id gets one of its own, whose time is its `deletedAt`, so that restoring it revives
   * that row alone; with `restricted: "restore"` it comes back where its deletion would have been refused. Of an active row that
   * still carries a deletion id the restore is finished as {@link restore} would have done it: what its deletion took below it
   * comes back, or is handed over. Where that cannot be (a `CASCADE` or `RESTRICT` parent stays deleted, a unique key is taken) it is
   * taken back: the row is deleted again at the time of its deletion, with what hangs below it over `CASCADE` by now. Where
   * active rows over `RESTRICT` stand in the way of that too it stays as it is, with its id, and {@link check} reports it. A
   * deleted flag that is out of step is put right.
   *
   * With `cascade`, the active rows below deleted ones over `CASCADE` relations are soft-deleted into their deletions, below
   * rows that are settled and below all others; of a deletion by which a row would go on which an active one hangs over
   * `RESTRICT`, nothing, and {@link check} reports it. What is settled moves neither `version` nor the update date; what comes
   * back or goes along with it does.
   *
   * Works in transactions of `batchSize` rows (savepoints, in a transaction of the caller's): a SELECT for each batch, an
   * UPDATE for every 500 rows; for half-restored rows the statements of a restore for each batch, and those of a trial where some
   * are taken back; with `cascade` one for each relation and every 100 deletions. May be aborted and run again, and run by several
   * processes at once, beside operations in transactions. Not while TypeORM's own soft deletes run outside transactions: it
   * could settle their rows before the subscriber has cascaded them.
   *
   * @example
   * ```ts
   * const manager = new SoftDeleteManager(dataSource);
   * const { total } = await manager.settle({ onProgress: ({ total }) => console.log(total) });
   * await manager.settle(User, { cascade: true });
   * await manager.settle({ cascade: true, restricted: "restore" }); // after a crash
   * ```
   *
   * @throws SoftDeleteConfigurationError when the entity cannot be soft-deleted by this package.
   */
  async settle<Key extends PropertyKey = never>(
    options?: Only<SettleOptions, Key>,
  ): Promise<SettleResult>;
  async settle<Entity extends ObjectLiteral, Key extends PropertyKey = never>(
    target: EntityTarget<Entity> | undefined,
    options?: Only<SettleOptions, Key>,
  ): Promise<SettleResult>;
  async settle(
    first?: EntityTarget<ObjectLiteral> | SettleOptions,
    second?: SettleOptions,
  ): Promise<SettleResult> {
    const graph = SoftDeleteGraph.of(this.manager.dataSource);
    const target = isTarget(first) ? first : undefined;
    const options = target === undefined && first !== undefined ? first : second;
    checkOptions("settle", SETTLE_RULES, options);
    const tables = target === undefined ? graph.softDeletable : [graph.get(target)];
    return settle(this.manager, tables, (options ?? {}) as SettleOptions);
  }

  /**
   * Lists deletions, newest first, with what is left of each, and whether and when it was undone: what a trash page needs.
   * Reads the log: the data source's `entities` have to list {@link SoftDeleteLog}.
   *
   * Three SELECTs, and one for each table that holds rows of these deletions; by the log's indexes, and those of the deletion
   * ids. `restored: false` looks each deletion up in the tables until `take` of them are found. On the primary where there are
   * replicas, unless the manager is one of a query runner for a replica.
   *
   * @example
   * ```ts
   * const mine = { actor: "ada", restored: false };
   * const page = await manager.deletions({ ...mine, take: 20, skip: 40 });
   * const total = await manager.countDeletions(mine);
   * ```
   *
   * @throws SoftDeleteConfigurationError when the data source keeps no log.
   * @throws SoftDeleteOptionError for an option that it does not have.
   */
  deletions<Key extends PropertyKey = never>(
    options?: Only<DeletionsOptions, Key>,
  ): Promise<LoggedDeletion[]> {
    return listDeletions(this.manager, options);
  }

  /** Counts the deletions that {@link deletions} lists, of all its pages: one SELECT. */
  countDeletions<Key extends PropertyKey = never>(
    options?: Only<DeletionsFilter, Key>,
  ): Promise<number> {
    return countDeletions(this.manager, options);
  }

  /**
   * Removes rows for good that have been deleted for longer than a retention period: of all entities, or of one and the
   * entities to which soft-deleting it cascades, each row by its own `deletedAt`.
   *
   * A row to which any row refers that stays (active, not old enough, or of an entity that cannot be soft-deleted) stays
   * too, whatever `ON DELETE` the foreign key has, and is counted in `blocked`. Rows of junction tables go with the row they
   * belong to. Rows that plain TypeORM has soft-deleted count like any others. Foreign keys of tables that TypeORM does not
   * know are seen by the database alone: where it refuses a row, that row is found, stays, and is told in `failures`.
   *
   * Works children first, in transactions of `batchSize` rows (savepoints, in a transaction of the caller's), with
   * `FOR UPDATE SKIP LOCKED` where the database has it: several processes may purge the same tables at once. A batch costs a
   * SELECT, one more for each foreign key that could refer to its rows, and a DELETE; one DELETE (and a SELECT of one row on
   * MySQL and MariaDB) where none could and neither log nor listener is to know its rows. It costs two statements more for a
   * junction table, and about six where rows refer to rows of the same table; a SELECT for each table at the end counts what
   * is blocked. Rows that refer to each other in a cycle go in one
   * transaction; cycles that take more than 5,000 rows are left, and counted in `blocked`. Memory does not grow with the
   * number of rows. May be aborted and run again. In a transaction of the caller's, a deadlock or a lock that is waited for
   * too long ends the call with the database's error; elsewhere the rows that somebody else has locked for too long are told in
   * `failures`. Where the database itself fails, or refuses a statement whatever its rows are, the call rejects with its error:
   * `onProgress` has told what was removed until then, and that stays removed.
   *
   * @example
   * ```ts
   * const manager = new SoftDeleteManager(dataSource);
   * const { counts, blocked } = await manager.purge({ olderThan: "90d", dryRun: true });
   * await manager.purge({ olderThan: "90d", onProgress: ({ total }) => console.log(total) });
   * await manager.purge(User, { olderThan: "30d", where: { tenantId: 7 } });
   * ```
   *
   * @throws SoftDeleteOptionError for an option that it does not have, and for a moment that is still to come.
   * @throws SoftDeleteConfigurationError for an entity that cannot be soft-deleted.
   * @throws SoftDeleteCriteriaError for an empty `where`.
   */
  async purge<Key extends PropertyKey = never>(
    options: Only<PurgeAllOptions, Key>,
  ): Promise<PurgeResult>;
  async purge<Entity extends ObjectLiteral, Key extends PropertyKey = never>(
    target: EntityTarget<Entity>,
    options: Only<PurgeOptions<Entity>, Key>,
  ): Promise<PurgeResult>;
  async purge(
    first?: EntityTarget<ObjectLiteral> | PurgeAllOptions,
    second?: PurgeOptions<ObjectLiteral>,
  ): Promise<PurgeResult> {
    const { dataSource } = this.manager;
    const graph = SoftDeleteGraph.of(dataSource);
    if (second === undefined && !isTarget(first)) {
      checkOptions("purge", PURGE_ALL_RULES, first);
      return purge(this.manager, graph.softDeletable, undefined, first ?? {});
    }
    checkOptions("purge", PURGE_RULES, second);
    const target = first as EntityTarget<ObjectLiteral>;
    const table = graph.get(target);
    const metadata = dataSource.getMetadata(target);
    const root = purgeConditions(this.manager, metadata, table, second ?? {});
    const tables = graph.plan([table]).groups.flatMap((group) => group.tables);
    return judged(this.manager, root ?? {}, () => purge(this.manager, tables, root, second ?? {}));
  }
}

function isTarget(given: unknown): given is EntityTarget<ObjectLiteral> {
  if (typeof given === "function" || typeof given === "string") return true;
  // An entity given as an object is an EntitySchema, which has options, or has a name.
  return isObject(given) && ("options" in given || "name" in given);
}
