import {
  type DataSource,
  type DeepPartial,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
} from "typeorm";

import { SoftDeleteManager } from "../manager/soft-delete-manager";
import type { SoftDeleteCriteria } from "../rows/criteria";
import type { PurgeOptions } from "../purge/purge";
import type {
  RecoverOptions,
  RestoreDeletionOptions,
  RestoreOptions,
} from "../restore/restore-options";
import type {
  ForceDeleteResult,
  PurgeResult,
  RestoreResult,
  SoftDeletePreview,
  SoftDeleteResult,
} from "../record/results";
import type { SoftDeleteOptions, SoftRemoveOptions } from "../delete/options";
import type { Only } from "../errors";
import { checkOptions } from "../errors/check-options";
import { AUTHOR_RULES, type DeletionAuthor } from "../record/deletion-context";

import { GuardedRepository, refuseInTrash } from "./guarded-repository";

/**
 * A TypeORM {@link Repository} that soft-deletes with cascade, restores exactly, and reads in a scope.
 *
 * Get one by {@link getSoftDeleteRepository}, or extend it; `manager.withRepository(repository)` works.
 *
 * @example
 * ```ts
 * const users = getSoftDeleteRepository(dataSource, User);
 * const { deletionId } = await users.softDelete({ email: "ada@example.com" });
 * const trash = await users.onlyDeleted().find({ order: { deletedAt: "DESC" } });
 * if (deletionId) await users.restoreDeletion(deletionId);
 * ```
 */
export class SoftDeleteRepository<Entity extends ObjectLiteral> extends GuardedRepository<Entity> {
  /**
   * Soft-deletes the matched rows and, over `CASCADE` relations, every active row below them, as one deletion.
   *
   * @throws ScopeWriteError on `onlyDeleted()`.
   * @see {@link SoftDeleteManager.softDelete}, TypeORM's {@link Repository.softDelete}
   */
  override async softDelete<Key extends PropertyKey = never>(
    criteria: SoftDeleteCriteria<Entity>,
    options?: Only<SoftDeleteOptions, Key>,
  ): Promise<SoftDeleteResult> {
    refuseInTrash(this, "softDelete");
    return softDeletes(this).softDelete(this.target, criteria, options);
  }

  /**
   * Restores the matched rows with what their deletions took below them, and nothing else; with `below: false` alone.
   *
   * @see {@link SoftDeleteManager.restore}, TypeORM's {@link Repository.restore}
   */
  override restore<Key extends PropertyKey = never>(
    criteria: SoftDeleteCriteria<Entity>,
    options?: Only<RestoreOptions, Key>,
  ): Promise<RestoreResult> {
    return softDeletes(this).restore(this.target, criteria, options);
  }

  /** Counts what {@link softDelete} would take, and what would refuse it. See {@link SoftDeleteManager.previewSoftDelete}. */
  async previewSoftDelete(criteria: SoftDeleteCriteria<Entity>): Promise<SoftDeletePreview> {
    refuseInTrash(this, "previewSoftDelete");
    return softDeletes(this).previewSoftDelete(this.target, criteria);
  }

  /**
   * Removes the matched rows for good, with the rows below them over `CASCADE` relations. On `onlyDeleted()` it never
   * removes an active row.
   *
   * @see {@link SoftDeleteManager.forceDelete}, TypeORM's {@link Repository.delete}
   */
  async forceDelete<Key extends PropertyKey = never>(
    criteria: SoftDeleteCriteria<Entity>,
    options?: Only<DeletionAuthor, Key>,
  ): Promise<ForceDeleteResult> {
    checkOptions("forceDelete", AUTHOR_RULES, options);
    return softDeletes(this).forceDelete(this.target, criteria, {
      ...options,
      onlyDeleted: this.scope === "onlyDeleted",
    });
  }

  /**
   * Removes the rows of the given objects for good. On `onlyDeleted()` it never removes an active row.
   *
   * @see {@link SoftDeleteManager.forceRemove}, TypeORM's {@link Repository.remove}
   */
  async forceRemove<Given extends Entity | readonly Entity[], Key extends PropertyKey = never>(
    entities: Given,
    options?: Only<DeletionAuthor, Key>,
  ): Promise<Given> {
    checkOptions("forceRemove", AUTHOR_RULES, options);
    return softDeletes(this).forceRemove(this.target, entities, {
      ...options,
      onlyDeleted: this.scope === "onlyDeleted",
    });
  }

  /** Undoes a whole deletion, in every table that it reached. See {@link SoftDeleteManager.restoreDeletion}. */
  restoreDeletion<Key extends PropertyKey = never>(
    deletionId: string,
    options?: Only<RestoreDeletionOptions, Key>,
  ): Promise<RestoreResult> {
    return softDeletes(this).restoreDeletion(deletionId, options);
  }

  /**
   * Soft-deletes the rows of the given objects in one deletion. The objects, and those loaded below them, show it.
   *
   * @throws ScopeWriteError on `onlyDeleted()`.
   * @see {@link SoftDeleteManager.softRemove}, TypeORM's {@link Repository.softRemove}
   */
  override softRemove<T extends DeepPartial<Entity>, Key extends PropertyKey = never>(
    entities: T[],
    options?: Only<SoftRemoveOptions, Key>,
  ): Promise<(T & Entity)[]>;
  override softRemove<T extends DeepPartial<Entity>, Key extends PropertyKey = never>(
    entity: T,
    options?: Only<SoftRemoveOptions, Key>,
  ): Promise<T & Entity>;
  override async softRemove(entities: ObjectLiteral, options?: SoftRemoveOptions): Promise<never> {
    refuseInTrash(this, "softRemove");
    return softDeletes(this).softRemove(this.target, entities, options) as Promise<never>;
  }

  /**
   * Restores the rows of the given objects. The objects, and those loaded below them, show it.
   *
   * @see {@link SoftDeleteManager.recover}, TypeORM's {@link Repository.recover}
   */
  override recover<T extends DeepPartial<Entity>, Key extends PropertyKey = never>(
    entities: T[],
    options?: Only<RecoverOptions, Key>,
  ): Promise<(T & Entity)[]>;
  override recover<T extends DeepPartial<Entity>, Key extends PropertyKey = never>(
    entity: T,
    options?: Only<RecoverOptions, Key>,
  ): Promise<T & Entity>;
  override recover(entities: ObjectLiteral, options?: RecoverOptions): Promise<never> {
    return softDeletes(this).recover(this.target, entities, options) as Promise<never>;
  }

  /**
   * Removes rows for good that have been deleted for longer than a retention period, of this entity and of those to which
   * soft-deleting it cascades. Rows to which a row refers that stays are kept.
   *
   * @example
   * ```ts
   * const { counts, blocked, failures } = await users.purge({ olderThan: "30d" });
   * ```
   *
   * @see {@link SoftDeleteManager.purge}
   */
  purge<Key extends PropertyKey = never>(
    options: Only<PurgeOptions<Entity>, Key>,
  ): Promise<PurgeResult> {
    return softDeletes(this).purge<Entity, Key>(this.target, options);
  }
}

// A function and not a private method: a scoped copy is made without running the constructor.
function softDeletes<Entity extends ObjectLiteral>(
  repository: SoftDeleteRepository<Entity>,
): SoftDeleteManager {
  return new SoftDeleteManager(repository.manager);
}

/**
 * The soft delete repository of an entity, as `dataSource.getRepository()` gives TypeORM's own. Given the manager of a
 * transaction, it works in that transaction.
 */
export function getSoftDeleteRepository<Entity extends ObjectLiteral>(
  source: DataSource | EntityManager,
  target: EntityTarget<Entity>,
): SoftDeleteRepository<Entity> {
  return new SoftDeleteRepository(target, "manager" in source ? source.manager : source);
}
