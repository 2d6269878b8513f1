import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";

import { SoftDeleteCriteriaError, type Only } from "../errors";
import { checkOptions } from "../errors/check-options";
import { authorOf } from "../record/author";
import type { SoftDeleteCriteria } from "../rows/criteria";
import { isDeletionId } from "../rows/deletion-id";
import { forceDelete } from "../remove/force-delete";
import { rowsByCriteria } from "../rows/rows-by-criteria";
import { rowsByObjects } from "../rows/rows-by-objects";
import { preview } from "../delete/preview";
import {
  RECOVER_RULES,
  RESTORE_DELETION_RULES,
  RESTORE_RULES,
  type RecoverOptions,
  type RestoreDeletionOptions,
  type RestoreOptions,
} from "../restore/restore-options";
import {
  ForceDeleteResult,
  RestoreResult,
  SoftDeletePreview,
  SoftDeleteResult,
} from "../record/results";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { softDelete } from "../delete/soft-delete";
import { restore, restoreDeletion } from "../restore/restore";
import { judged } from "../rows/judged-criteria";
import type { NamedRows } from "../rows/named-rows";
import { FORCE_DELETE_RULES, type ForceDeleteOptions } from "../remove/options";
import {
  SOFT_DELETE_RULES,
  SOFT_REMOVE_RULES,
  type SoftDeleteOptions,
  type SoftRemoveOptions,
} from "../delete/options";

/** The verbs of {@link SoftDeleteManager} that name rows of one entity. */
export abstract class EntityVerbs {
  /** The TypeORM manager that it works with. */
  readonly manager: EntityManager;

  constructor(source: DataSource | EntityManager) {
    this.manager = "manager" in source ? source.manager : source;
  }

  /**
   * Soft-deletes the matched rows and, over `CASCADE` relations, every active row below them, as one deletion.
   *
   * Costs one UPDATE for the matched rows and one for each cascading relation, however many rows there are. Rows that are
   * deleted already are left as they are.
   *
   * @throws SoftDeleteRestrictedError when active rows hang below over a `RESTRICT` relation.
   * @throws SoftDeleteCriteriaError for criteria that cannot be understood whole.
   * @see {@link EntityManager.softDelete}
   */
  async softDelete<Entity extends ObjectLiteral, Key extends PropertyKey = never>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
    options?: Only<SoftDeleteOptions, Key>,
  ): Promise<SoftDeleteResult> {
    checkOptions("softDelete", SOFT_DELETE_RULES, options);
    return this.#by(target, "softDelete", criteria, (rows) =>
      softDelete(this.manager, rows, options ?? {}),
    );
  }

  /**
   * Soft-deletes the rows of the given objects, as {@link softDelete} does, in one deletion. The objects, and those loaded
   * below them, show what happened.
   *
   * @throws SoftDeleteCriteriaError for an object that was never saved.
   * @see {@link EntityManager.softRemove}
   */
  async softRemove<
    Entity extends ObjectLiteral,
    Given extends ObjectLiteral | readonly ObjectLiteral[],
    Key extends PropertyKey = never,
  >(
    target: EntityTarget<Entity>,
    entities: Given,
    options?: Only<SoftRemoveOptions, Key>,
  ): Promise<Given> {
    checkOptions("softRemove", SOFT_REMOVE_RULES, options);
    const objects = listOf(entities);
    if (objects.length === 0) return entities;
    const rows = rowsByObjects(this.manager, target, "softRemove", objects, options);
    await softDelete(this.manager, rows, options ?? {});
    return entities;
  }

  /**
   * Counts what {@link softDelete} would take, and what would refuse it. Writes nothing: one SELECT, with criteria that one
   * statement holds (any number of keys, 200 where objects); beyond that it tries the deletion out and rolls it back, or looks
   * up the keys first where the objects ask for related rows. Over a plan of more than 60 relations on SQLite, and 150 on MariaDB,
   * by which rows are reached in many ways it tries the deletion out as well.
   *
   * @example
   * ```ts
   * const { total, restrictedBy } = await manager.previewSoftDelete(User, 1);
   * ```
   */
  async previewSoftDelete<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
  ): Promise<SoftDeletePreview> {
    const { tally, restrictedBy } = await this.#by(target, "previewSoftDelete", criteria, (rows) =>
      preview(this.manager, rows),
    );
    return new SoftDeletePreview(tally.toCounts(), restrictedBy);
  }

  /**
   * Removes the matched rows for good, active and deleted ones, and the rows below them over `CASCADE` relations, children
   * first, in one transaction. Costs one DELETE for each table, however many rows there are.
   *
   * @throws SoftDeleteRestrictedError when active rows hang below over a `RESTRICT` relation.
   * @throws StillReferencedError when something else still refers to a row.
   * @throws SoftDeleteCriteriaError for criteria that cannot be understood whole.
   * @see {@link EntityManager.delete}
   */
  async forceDelete<Entity extends ObjectLiteral, Key extends PropertyKey = never>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
    options?: Only<ForceDeleteOptions, Key>,
  ): Promise<ForceDeleteResult> {
    checkOptions("forceDelete", FORCE_DELETE_RULES, options);
    return this.#by(target, "forceDelete", criteria, (rows) => this.#remove(rows, options));
  }

  /**
   * Removes the rows of the given objects for good, as {@link forceDelete} does.
   *
   * @throws SoftDeleteCriteriaError for an object that was never saved.
   * @see {@link EntityManager.remove}
   */
  async forceRemove<
    Entity extends ObjectLiteral,
    Given extends ObjectLiteral | readonly ObjectLiteral[],
    Key extends PropertyKey = never,
  >(
    target: EntityTarget<Entity>,
    entities: Given,
    options?: Only<ForceDeleteOptions, Key>,
  ): Promise<Given> {
    checkOptions("forceRemove", FORCE_DELETE_RULES, options);
    const objects = listOf(entities);
    if (objects.length === 0) return entities;
    await this.#remove(rowsByObjects(this.manager, target, "forceRemove", objects), options);
    return entities;
  }

  /**
   * Restores the matched rows with what their deletions took below them: nothing that was deleted before, or by another
   * deletion.
   *
   * Costs a fixed number of statements for each relation, however many rows there are. A row that would hang by another
   * parent which stays deleted stays deleted too, and comes back with that parent. With `below: false` the matched rows come
   * back alone.
   *
   * @example
   * ```ts
   * await manager.restore(Post, 1, { parents: "restore", below: false });
   * ```
   *
   * @throws ParentDeletedError when a matched row itself would hang by a deleted parent; `parents` says what then.
   * @throws SoftDeleteCriteriaError for criteria that cannot be understood whole.
   * @see {@link EntityManager.restore}
   */
  async restore<Entity extends ObjectLiteral, Key extends PropertyKey = never>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
    options?: Only<RestoreOptions, Key>,
  ): Promise<RestoreResult> {
    checkOptions("restore", RESTORE_RULES, options);
    return this.#by(target, "restore", criteria, (rows) =>
      restore(this.manager, rows, options ?? {}),
    );
  }

  /**
   * Restores the rows of the given objects, as {@link restore} does. The objects, and those loaded below them, show what
   * happened.
   *
   * @throws ParentDeletedError as {@link restore} does.
   * @see {@link EntityManager.recover}
   */
  async recover<
    Entity extends ObjectLiteral,
    Given extends ObjectLiteral | readonly ObjectLiteral[],
    Key extends PropertyKey = never,
  >(
    target: EntityTarget<Entity>,
    entities: Given,
    options?: Only<RecoverOptions, Key>,
  ): Promise<Given> {
    checkOptions("recover", RECOVER_RULES, options);
    const objects = listOf(entities);
    if (objects.length === 0) return entities;
    const rows = rowsByObjects(this.manager, target, "recover", objects, options);
    await restore(this.manager, rows, options ?? {});
    return entities;
  }

  /**
   * Undoes a whole deletion, in every table that it reached.
   *
   * @throws DeletionNotFoundError when no row carries the id.
   * @throws ParentDeletedError when a row of it that hangs by no other row of it would hang by a deleted parent.
   */
  async restoreDeletion<Key extends PropertyKey = never>(
    deletionId: string,
    options?: Only<RestoreDeletionOptions, Key>,
  ): Promise<RestoreResult> {
    checkOptions("restoreDeletion", RESTORE_DELETION_RULES, options);
    if (!isDeletionId(deletionId)) throw SoftDeleteCriteriaError.invalidDeletionId(deletionId);
    return restoreDeletion(this.manager, deletionId.toLowerCase(), options ?? {});
  }

  async #remove(rows: NamedRows, options: ForceDeleteOptions = {}): Promise<ForceDeleteResult> {
    const removal = {
      ...rows,
      byId: rows.keys !== undefined,
      state: options.onlyDeleted === true ? "deleted" : "any",
    } as const;
    const author = authorOf(this.manager.dataSource, options);
    const { roots, tally } = await forceDelete(this.manager, removal, author);
    return new ForceDeleteResult(roots, tally.toCounts());
  }

  /** Runs a verb on the rows that criteria name. */
  async #by<Result>(
    target: EntityTarget<ObjectLiteral>,
    method: string,
    criteria: unknown,
    verb: (rows: NamedRows) => Promise<Result>,
  ): Promise<Result> {
    const { dataSource } = this.manager;
    const table = SoftDeleteGraph.of(dataSource).get(target);
    const metadata = dataSource.getMetadata(target);
    const rows = await rowsByCriteria(this.manager, table, metadata, method, criteria);
    return judged(this.manager, rows, () => verb({ ...rows, tells: { metadata } }));
  }
}

function listOf(entities: ObjectLiteral | readonly ObjectLiteral[]): readonly ObjectLiteral[] {
  return Array.isArray(entities) ? (entities as readonly ObjectLiteral[]) : [entities];
}
