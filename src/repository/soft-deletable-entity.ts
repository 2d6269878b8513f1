import { BaseEntity, type DeepPartial } from "typeorm";

import { withSoftDelete } from "../entity/with-soft-delete";
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
import type { ScopeOptions } from "./reads/scope-options";
import { getSoftDeleteRepository, type SoftDeleteRepository } from "./soft-delete-repository";
import type { SoftDeleteOptions, SoftRemoveOptions } from "../delete/options";
import type { Only } from "../errors";
import type { DeletionAuthor } from "../record/deletion-context";

/** A subclass of {@link SoftDeletableEntity}, as TypeORM's `BaseEntity` types its own static methods. */
type Class<T extends SoftDeletableEntity> = (new () => T) & typeof SoftDeletableEntity;

/**
 * The base class of a soft-deletable entity in the Active Record form: TypeORM's {@link BaseEntity} with the columns of
 * `SoftDeletable` and the methods of {@link SoftDeleteRepository}.
 *
 * Like `BaseEntity`, it works with the data source that was initialized last, or that `useDataSource()` says, and never in a
 * caller's transaction: there use {@link getSoftDeleteRepository}.
 *
 * @example
 * ```ts
 * @Entity()
 * class Post extends SoftDeletableEntity {
 *   @PrimaryGeneratedColumn() id!: number;
 *   @Column() title!: string;
 * }
 *
 * const post = await Post.findOneByOrFail({ id: 1 });
 * await post.softRemove({ reason: "spam" });
 * const trash = await Post.onlyDeleted().find({ order: { deletedAt: "DESC" } });
 * await post.restore();
 * ```
 */
export abstract class SoftDeletableEntity extends withSoftDelete(BaseEntity) {
  /** Soft-deletes the row, with what hangs below it. See {@link SoftDeleteRepository.softRemove}. */
  override async softRemove<Key extends PropertyKey = never>(
    options?: Only<SoftRemoveOptions, Key>,
  ): Promise<this> {
    await repositoryOf(this).softRemove(this, options);
    return this;
  }

  /** Restores the row, with what its deletion took below it unless `below` is false. See {@link SoftDeleteRepository.recover}. */
  override async recover<Key extends PropertyKey = never>(
    options?: Only<RecoverOptions, Key>,
  ): Promise<this> {
    await repositoryOf(this).recover(this, options);
    return this;
  }

  /** The same as {@link recover}. */
  restore<Key extends PropertyKey = never>(options?: Only<RecoverOptions, Key>): Promise<this> {
    return this.recover(options);
  }

  /** Removes the row for good, with what hangs below it. See {@link SoftDeleteRepository.forceRemove}. */
  async forceRemove<Key extends PropertyKey = never>(
    options?: Only<DeletionAuthor, Key>,
  ): Promise<this> {
    await repositoryOf(this).forceRemove(this, options);
    return this;
  }

  /** The entity's soft delete repository, as `getRepository()` gives TypeORM's own. */
  static getSoftDeleteRepository<T extends SoftDeletableEntity>(
    this: Class<T>,
  ): SoftDeleteRepository<T> {
    return getSoftDeleteRepository<T>(this.getRepository<T>().manager, this);
  }

  /** A repository that reads active and deleted rows. See {@link SoftDeleteRepository.withDeleted}. */
  static withDeleted<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    options?: Only<ScopeOptions<T>, Key>,
  ): SoftDeleteRepository<T> {
    return this.getSoftDeleteRepository<T>().withDeleted(options);
  }

  /** A repository that reads deleted rows only. See {@link SoftDeleteRepository.onlyDeleted}. */
  static onlyDeleted<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    options?: Only<ScopeOptions<T>, Key>,
  ): SoftDeleteRepository<T> {
    return this.getSoftDeleteRepository<T>().onlyDeleted(options);
  }

  /** Soft-deletes the matched rows, with what hangs below them. See {@link SoftDeleteRepository.softDelete}. */
  static softDelete<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    criteria: SoftDeleteCriteria<T>,
    options?: Only<SoftDeleteOptions, Key>,
  ): Promise<SoftDeleteResult> {
    return this.getSoftDeleteRepository<T>().softDelete(criteria, options);
  }

  /** Soft-deletes the rows of the given objects, in one deletion. See {@link SoftDeleteRepository.softRemove}. */
  static override softRemove<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    entities: T[],
    options?: Only<SoftRemoveOptions, Key>,
  ): Promise<T[]>;
  static override softRemove<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    entity: T,
    options?: Only<SoftRemoveOptions, Key>,
  ): Promise<T>;
  static override async softRemove<T extends SoftDeletableEntity>(
    this: Class<T>,
    entities: T | T[],
    options?: SoftRemoveOptions,
  ): Promise<T | T[]> {
    const list = Array.isArray(entities) ? entities : [entities];
    await this.getSoftDeleteRepository<T>().softRemove(list as DeepPartial<T>[], options);
    return entities;
  }

  /** Counts what {@link softDelete} would take, and what would refuse it. Writes nothing. */
  static previewSoftDelete<T extends SoftDeletableEntity>(
    this: Class<T>,
    criteria: SoftDeleteCriteria<T>,
  ): Promise<SoftDeletePreview> {
    return this.getSoftDeleteRepository<T>().previewSoftDelete(criteria);
  }

  /** Restores the matched rows, with what their deletions took below them or alone. See {@link SoftDeleteRepository.restore}. */
  static restore<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    criteria: SoftDeleteCriteria<T>,
    options?: Only<RestoreOptions, Key>,
  ): Promise<RestoreResult> {
    return this.getSoftDeleteRepository<T>().restore(criteria, options);
  }

  /** Undoes a whole deletion, in every table that it reached. See {@link SoftDeleteRepository.restoreDeletion}. */
  static restoreDeletion<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    deletionId: string,
    options?: Only<RestoreDeletionOptions, Key>,
  ): Promise<RestoreResult> {
    return this.getSoftDeleteRepository<T>().restoreDeletion(deletionId, options);
  }

  /** Removes the matched rows for good, with what hangs below them. See {@link SoftDeleteRepository.forceDelete}. */
  static forceDelete<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    criteria: SoftDeleteCriteria<T>,
    options?: Only<DeletionAuthor, Key>,
  ): Promise<ForceDeleteResult> {
    return this.getSoftDeleteRepository<T>().forceDelete(criteria, options);
  }

  /** Removes rows for good that have been deleted for a while. See {@link SoftDeleteRepository.purge}. */
  static purge<T extends SoftDeletableEntity, Key extends PropertyKey = never>(
    this: Class<T>,
    options: Only<PurgeOptions<T>, Key>,
  ): Promise<PurgeResult> {
    return this.getSoftDeleteRepository<T>().purge<Key>(options);
  }
}

function repositoryOf<T extends SoftDeletableEntity>(entity: T): SoftDeleteRepository<T> {
  return (entity.constructor as Class<T>).getSoftDeleteRepository<T>();
}
