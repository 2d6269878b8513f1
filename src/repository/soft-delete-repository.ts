import {
  EntityNotFoundError,
  Repository,
  type DataSource,
  type DeepPartial,
  type EntityManager,
  type EntityTarget,
  type FindManyOptions,
  type FindOneOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
  type QueryRunner,
  type SaveOptions,
  type SelectQueryBuilder,
} from "typeorm";

import { SoftDeleteManager, type SoftDeleteOptions } from "../manager/soft-delete-manager";
import type { SoftDeleteCriteria } from "../operations/criteria";
import type { RestoreOptions } from "../operations/restore-options";
import type {
  ForceDeleteResult,
  RestoreResult,
  SoftDeletePreview,
  SoftDeleteResult,
} from "../operations/results";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { scopedOptions, type Scope } from "./scope";

type Where<Entity> = FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[];
type NumberColumn<Entity extends ObjectLiteral> = Parameters<Repository<Entity>["sum"]>[0];

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
export class SoftDeleteRepository<Entity extends ObjectLiteral> extends Repository<Entity> {
  /** Which rows this repository reads. */
  readonly scope: Scope = "active";

  /** The same repository, reading active and deleted rows, relations included. */
  withDeleted(): this {
    return inScope<Entity, this>(this, "withDeleted");
  }

  /** The same repository, reading deleted rows only, whatever conditions are added. */
  onlyDeleted(): this {
    return inScope<Entity, this>(this, "onlyDeleted");
  }

  /**
   * Soft-deletes the matched rows and, over `CASCADE` relations, every active row below them, as one deletion.
   *
   * @see {@link SoftDeleteManager.softDelete}, TypeORM's {@link Repository.softDelete}
   */
  override softDelete(
    criteria: SoftDeleteCriteria<Entity>,
    options?: SoftDeleteOptions,
  ): Promise<SoftDeleteResult> {
    return softDeletes(this).softDelete(this.target, criteria, options);
  }

  /**
   * Restores the matched rows with what their deletions took below them, and nothing else.
   *
   * @see {@link SoftDeleteManager.restore}, TypeORM's {@link Repository.restore}
   */
  override restore(
    criteria: SoftDeleteCriteria<Entity>,
    options?: RestoreOptions,
  ): Promise<RestoreResult> {
    return softDeletes(this).restore(this.target, criteria, options);
  }

  /** Counts what {@link softDelete} would take, and what would refuse it. See {@link SoftDeleteManager.previewSoftDelete}. */
  previewSoftDelete(criteria: SoftDeleteCriteria<Entity>): Promise<SoftDeletePreview> {
    return softDeletes(this).previewSoftDelete(this.target, criteria);
  }

  /**
   * Removes the matched rows for good, with the rows below them over `CASCADE` relations. On `onlyDeleted()` it never
   * removes an active row.
   *
   * @see {@link SoftDeleteManager.forceDelete}, TypeORM's {@link Repository.delete}
   */
  forceDelete(criteria: SoftDeleteCriteria<Entity>): Promise<ForceDeleteResult> {
    return softDeletes(this).forceDelete(this.target, criteria, {
      onlyDeleted: this.scope === "onlyDeleted",
    });
  }

  /**
   * Removes the rows of the given objects for good. On `onlyDeleted()` it never removes an active row.
   *
   * @see {@link SoftDeleteManager.forceRemove}, TypeORM's {@link Repository.remove}
   */
  forceRemove<Given extends Entity | readonly Entity[]>(entities: Given): Promise<Given> {
    return softDeletes(this).forceRemove(this.target, entities, {
      onlyDeleted: this.scope === "onlyDeleted",
    });
  }

  /** Undoes a whole deletion, in every table that it reached. See {@link SoftDeleteManager.restoreDeletion}. */
  restoreDeletion(deletionId: string, options?: RestoreOptions): Promise<RestoreResult> {
    return softDeletes(this).restoreDeletion(deletionId, options);
  }

  /**
   * Soft-deletes the rows of the given objects in one deletion. The objects, and those loaded below them, show it.
   *
   * @see {@link SoftDeleteManager.softRemove}, TypeORM's {@link Repository.softRemove}
   */
  override softRemove<T extends DeepPartial<Entity>>(
    entities: T[],
    options?: SaveOptions & SoftDeleteOptions,
  ): Promise<(T & Entity)[]>;
  override softRemove<T extends DeepPartial<Entity>>(
    entity: T,
    options?: SaveOptions & SoftDeleteOptions,
  ): Promise<T & Entity>;
  override softRemove(entities: ObjectLiteral, options?: SoftDeleteOptions): Promise<never> {
    return softDeletes(this).softRemove(this.target, entities, options) as Promise<never>;
  }

  /**
   * Restores the rows of the given objects. The objects, and those loaded below them, show it.
   *
   * @see {@link SoftDeleteManager.recover}, TypeORM's {@link Repository.recover}
   */
  override recover<T extends DeepPartial<Entity>>(
    entities: T[],
    options?: SaveOptions & RestoreOptions,
  ): Promise<(T & Entity)[]>;
  override recover<T extends DeepPartial<Entity>>(
    entity: T,
    options?: SaveOptions & RestoreOptions,
  ): Promise<T & Entity>;
  override recover(entities: ObjectLiteral, options?: RestoreOptions): Promise<never> {
    return softDeletes(this).recover(this.target, entities, options) as Promise<never>;
  }

  override createQueryBuilder(
    alias?: string,
    queryRunner?: QueryRunner,
  ): SelectQueryBuilder<Entity> {
    const query = super.createQueryBuilder(alias, queryRunner);
    if (this.scope === "active") return query;
    query.withDeleted();
    if (this.scope === "withDeleted") return query;
    // A condition would be dropped by the caller's where(); a join stays.
    const self = `${query.alias}_deleted`;
    const { primaryColumns, deleteDateColumn } = this.metadata;
    const on = primaryColumns.map(
      (column) => `${self}.${column.propertyPath} = ${query.alias}.${column.propertyPath}`,
    );
    return query.innerJoin(
      this.metadata.target,
      self,
      `${on.join(" AND ")} AND ${self}.${deleteDateColumn?.propertyPath ?? ""} IS NOT NULL`,
    );
  }

  override find(options: FindManyOptions<Entity> = {}): Promise<Entity[]> {
    return super.find(scoped(this, options));
  }

  override findBy(where: Where<Entity>): Promise<Entity[]> {
    return super.find(scoped(this, { where }));
  }

  override findAndCount(options: FindManyOptions<Entity> = {}): Promise<[Entity[], number]> {
    return super.findAndCount(scoped(this, options));
  }

  override findAndCountBy(where: Where<Entity>): Promise<[Entity[], number]> {
    return super.findAndCount(scoped(this, { where }));
  }

  override findOne(options: FindOneOptions<Entity>): Promise<Entity | null> {
    return super.findOne(options.where ? scoped(this, options) : options);
  }

  override findOneBy(where: Where<Entity>): Promise<Entity | null> {
    return super.findOne(scoped(this, { where }));
  }

  override async findOneOrFail(options: FindOneOptions<Entity>): Promise<Entity> {
    const found = await this.findOne(options);
    if (!found) throw new EntityNotFoundError(this.target, options);
    return found;
  }

  override findOneByOrFail(where: Where<Entity>): Promise<Entity> {
    return this.findOneOrFail({ where });
  }

  override count(options: FindManyOptions<Entity> = {}): Promise<number> {
    return super.count(scoped(this, options));
  }

  override countBy(where: Where<Entity>): Promise<number> {
    return super.count(scoped(this, { where }));
  }

  override exists(options: FindManyOptions<Entity> = {}): Promise<boolean> {
    return super.exists(scoped(this, options));
  }

  override existsBy(where: Where<Entity>): Promise<boolean> {
    return super.exists(scoped(this, { where }));
  }

  override sum(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active"
      ? super.sum(column, where)
      : aggregate(this, "SUM", column, where);
  }

  override average(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active"
      ? super.average(column, where)
      : aggregate(this, "AVG", column, where);
  }

  override minimum(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active"
      ? super.minimum(column, where)
      : aggregate(this, "MIN", column, where);
  }

  override maximum(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active"
      ? super.maximum(column, where)
      : aggregate(this, "MAX", column, where);
  }
}

// Functions and not private methods: a scoped copy is made without running the constructor.

function softDeletes<Entity extends ObjectLiteral>(
  repository: SoftDeleteRepository<Entity>,
): SoftDeleteManager {
  return new SoftDeleteManager(repository.manager);
}

function scoped<Entity extends ObjectLiteral, Options extends FindManyOptions<Entity>>(
  repository: SoftDeleteRepository<Entity>,
  options: Options,
): Options {
  return scopedOptions<Entity, Options>(repository.metadata, repository.scope, options);
}

function inScope<Entity extends ObjectLiteral, Own extends SoftDeleteRepository<Entity>>(
  repository: Own,
  scope: Scope,
): Own {
  // Refuses an entity that has no scopes.
  SoftDeleteGraph.of(repository.manager.dataSource).get(repository.target);
  // Like manager.withRepository(), but without calling the constructor of a subclass, whose parameters are its own.
  const copy = Object.create(Object.getPrototypeOf(repository) as object) as object;
  const scopedCopy: unknown = Object.assign(copy, repository, { scope });
  return scopedCopy as Own;
}

// TypeORM's own aggregates take no `withDeleted`.
async function aggregate<Entity extends ObjectLiteral>(
  repository: SoftDeleteRepository<Entity>,
  name: string,
  column: NumberColumn<Entity>,
  where?: Where<Entity>,
): Promise<number | null> {
  const options = scoped<Entity, FindManyOptions<Entity>>(repository, where ? { where } : {});
  const row = await repository.manager
    .createQueryBuilder(repository.target, "entity")
    .setFindOptions({ ...options, loadEagerRelations: false })
    .select(`${name}(entity.${column})`, "value")
    .setOption("disable-global-order")
    .getRawOne<{ value: string | number | null }>();
  return row?.value == null ? null : Number(row.value);
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
