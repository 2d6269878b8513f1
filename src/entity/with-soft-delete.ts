import { DeleteDateColumn, Index, type ColumnOptions } from "typeorm";

import { DeletionIdColumn, type DeletionIdColumnOptions } from "./deletion-id-column";

/** What {@link withSoftDelete} adds to a class. */
export interface SoftDeletableColumns {
  /** When the row was soft-deleted; null while it is active. */
  deletedAt: Date | null;
  /** Which deletion took the row; null while it is active. */
  deletionId: string | null;
  /** Whether the row is soft-deleted. */
  readonly isDeleted: boolean;
}

/** The options of {@link withSoftDelete}. */
export interface WithSoftDeleteOptions {
  /**
   * The options of the delete-date column, as for TypeORM's `@DeleteDateColumn()`.
   *
   * @default { name: "deleted_at" }
   */
  readonly deletedAt?: ColumnOptions;
  /**
   * The options of the deletion id column.
   *
   * @default { name: "deletion_id" }
   */
  readonly deletionId?: DeletionIdColumnOptions;
}

// A mixin's constructor has to take any arguments (TypeScript, TS2545).
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AbstractConstructor<T = object> = abstract new (...args: any[]) => T;

/** A class with the columns of a soft-deletable entity: what {@link withSoftDelete} returns. */
export type SoftDeletableClass<Base extends AbstractConstructor> = Base &
  AbstractConstructor<SoftDeletableColumns>;

/**
 * Adds the columns and the indexes of a soft-deletable entity to any class, with the column options open: TypeORM cannot
 * override a base class's column in a subclass.
 *
 * @example
 * ```ts
 * @Entity()
 * class Post extends withSoftDelete(BaseEntity, { deletedAt: { name: "removed_on", type: "timestamptz" } }) {
 *   @PrimaryGeneratedColumn() id!: number;
 * }
 * ```
 */
export function withSoftDelete(
  base?: undefined,
  options?: WithSoftDeleteOptions,
): SoftDeletableClass<AbstractConstructor>;
export function withSoftDelete<Base extends AbstractConstructor>(
  base: Base,
  options?: WithSoftDeleteOptions,
): SoftDeletableClass<Base>;
export function withSoftDelete(
  base: AbstractConstructor = Object,
  options: WithSoftDeleteOptions = {},
): SoftDeletableClass<AbstractConstructor> {
  abstract class WithSoftDelete extends base implements SoftDeletableColumns {
    // No initialisers: `deletedAt = null` would make `save(create({ id }))` revive a row.
    declare deletedAt: Date | null;
    declare deletionId: string | null;

    get isDeleted(): boolean {
      // Undefined on an object that has not been saved yet.
      return (this.deletedAt ?? null) !== null;
    }
  }

  const deletedAt = { name: "deleted_at", ...options.deletedAt };
  const deletionId = { name: "deletion_id", ...options.deletionId };
  DeleteDateColumn(deletedAt)(WithSoftDelete.prototype, "deletedAt");
  DeletionIdColumn(deletionId)(WithSoftDelete.prototype, "deletionId");
  // Active rows stand in neither index. MySQL and MariaDB have no partial indexes and keep them whole; the two orders of
  // the same columns then serve what the condition serves elsewhere: trash, purge, undo, and the search for rows that
  // something outside this package marked.
  const stamped = `"${deletedAt.name}" IS NOT NULL`;
  const named = `"${deletionId.name}" IS NOT NULL`;
  // TypeORM derives an index's name from its columns in alphabetical order and its condition: hence two conditions.
  Index(["deletedAt", "deletionId"], { where: `${stamped} OR ${named}` })(WithSoftDelete);
  Index(["deletionId", "deletedAt"], { where: `${named} OR ${stamped}` })(WithSoftDelete);
  return WithSoftDelete;
}
