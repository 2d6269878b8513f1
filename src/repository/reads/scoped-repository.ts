import {
  EntityNotFoundError,
  Repository,
  type DeepPartial,
  type FindManyOptions,
  type FindOneOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
  type QueryRunner,
  type SelectQueryBuilder,
} from "typeorm";

import type { Only } from "../../errors";
import { checkOptions } from "../../errors/check-options";
import { copyOfWhere } from "../../typeorm/find-operators";
import { quoted } from "../../typeorm/quoting";
import type { RelationScope } from "./relation-scope";
import type { Scope } from "./scope";
import { SCOPE_RULES, type ScopeOptions } from "./scope-options";
import { aggregate, inScope, scoped, withLoaded, withRelations } from "./scoped-reads";

type Where<Entity> = FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[];
type NumberColumn<Entity extends ObjectLiteral> = Parameters<Repository<Entity>["sum"]>[0];

/** A TypeORM {@link Repository} whose reads keep to a scope. */
export abstract class ScopedRepository<Entity extends ObjectLiteral> extends Repository<Entity> {
  /** Which rows this repository reads. */
  readonly scope: Scope = "active";

  /** The relations that {@link withDeleted} and {@link onlyDeleted} have named. @internal */
  readonly relationScope: RelationScope | undefined = undefined;

  /**
   * The same repository, reading active and deleted rows, relations included: TypeORM's `withDeleted: true`.
   *
   * With `relations` it keeps the rows that it reads, and its `find*` methods load the named relations, whether their rows
   * are active or deleted. They need not be named in the find options again; conditions that go by them select their rows as well,
   * as in TypeORM, and orders may go by them. Of
   * every other relation only active rows are read: of all of them with `{ relations: {} }`.
   *
   * Each relation that is then loaded costs two statements of its own, however many rows there are, and `relationLoadStrategy` makes no difference; `@AfterLoad()` runs before, as with TypeORM's strategy
   * "query". The query builder's joins are the caller's, and so are a condition's counts, such as `{ posts: MoreThan(1) }`.
   *
   * @example
   * ```ts
   * // Active posts, with their authors even where these are deleted.
   * const posts = await repository.withDeleted({ relations: { author: true } }).find();
   * ```
   */
  withDeleted<Key extends PropertyKey = never>(options?: Only<ScopeOptions<Entity>, Key>): this {
    checkOptions("withDeleted", SCOPE_RULES, options);
    return options?.relations
      ? withRelations<Entity, this>(this, this.scope, options.relations, "any")
      : inScope<Entity, this>(this, "withDeleted", this.relationScope);
  }

  /**
   * The same repository, reading deleted rows only, whatever conditions are added; relations with deleted rows included.
   *
   * With `relations` it shows the trash as it was: its `find*` methods load the named relations with exactly the rows that the
   * same deletion took, and of every other relation only active rows. See {@link withDeleted}, with which it may be combined.
   *
   * @example
   * ```ts
   * // Deleted posts, each with the comments that were deleted along with it.
   * const posts = await repository.onlyDeleted({ relations: { comments: true } }).find();
   * ```
   */
  onlyDeleted<Key extends PropertyKey = never>(options?: Only<ScopeOptions<Entity>, Key>): this {
    checkOptions("onlyDeleted", SCOPE_RULES, options);
    return options?.relations
      ? withRelations<Entity, this>(this, "onlyDeleted", options.relations, "sameDeletion")
      : inScope<Entity, this>(this, "onlyDeleted", this.relationScope);
  }

  /** As TypeORM's {@link Repository.extend}, in the same scope. */
  override extend<CustomRepository>(
    customs: CustomRepository & ThisType<this & CustomRepository>,
  ): this & CustomRepository {
    const { scope, relationScope } = this;
    const extended: unknown = Object.assign(super.extend(customs) as object, {
      scope,
      relationScope,
    });
    return extended as this & CustomRepository;
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
    const { metadata } = this;
    const self = `${query.alias}_deleted`;
    const of = (alias: string, name = ""): string =>
      [alias, name].map((one) => quoted(metadata.dataSource, one)).join(".");
    const on = metadata.primaryColumns.map(
      ({ databaseName }) => `${of(self, databaseName)} = ${of(query.alias, databaseName)}`,
    );
    const isDeleted = `${of(self, metadata.deleteDateColumn?.databaseName)} IS NOT NULL`;
    return query.innerJoin(metadata.target, self, [...on, isDeleted].join(" AND "));
  }

  override async preload(entityLike: DeepPartial<Entity>): Promise<Entity | undefined> {
    const id = this.metadata.getEntityIdMap(entityLike);
    if (this.scope === "active" || !id) return super.preload(entityLike);
    const row = await this.createQueryBuilder().whereInIds([id]).getOne();
    return row ? this.merge(row, entityLike) : undefined;
  }

  override async find(options: FindManyOptions<Entity> = {}): Promise<Entity[]> {
    return withLoaded(this, options, await super.find(scoped(this, options)));
  }

  override async findBy(where: Where<Entity>): Promise<Entity[]> {
    return withLoaded(this, { where }, await super.find(scoped(this, { where })));
  }

  override async findAndCount(options: FindManyOptions<Entity> = {}): Promise<[Entity[], number]> {
    const [rows, count] = await super.findAndCount(scoped(this, options));
    return [await withLoaded(this, options, rows), count];
  }

  override async findAndCountBy(where: Where<Entity>): Promise<[Entity[], number]> {
    const [rows, count] = await super.findAndCount(scoped(this, { where }));
    return [await withLoaded(this, { where }, rows), count];
  }

  override async findOne(options: FindOneOptions<Entity>): Promise<Entity | null> {
    const row = await super.findOne(options.where ? scoped(this, options) : options);
    if (row) await withLoaded(this, options, [row]);
    return row;
  }

  override async findOneBy(where: Where<Entity>): Promise<Entity | null> {
    const row = await super.findOne(scoped(this, { where }));
    if (row) await withLoaded(this, { where }, [row]);
    return row;
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
    return this.scope === "active" && !this.relationScope
      ? super.sum(column, copyOfWhere(where))
      : aggregate(this, "SUM", column, where);
  }

  override average(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active" && !this.relationScope
      ? super.average(column, copyOfWhere(where))
      : aggregate(this, "AVG", column, where);
  }

  override minimum(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active" && !this.relationScope
      ? super.minimum(column, copyOfWhere(where))
      : aggregate(this, "MIN", column, where);
  }

  override maximum(column: NumberColumn<Entity>, where?: Where<Entity>): Promise<number | null> {
    return this.scope === "active" && !this.relationScope
      ? super.maximum(column, copyOfWhere(where))
      : aggregate(this, "MAX", column, where);
  }
}
