import { DeleteDateColumn, type ColumnOptions } from "typeorm";

import { indexOnce, shareWithChildren } from "../typeorm/child-columns";
import {
  DeletedByColumn,
  DeletedFlagColumn,
  DeleteReasonColumn,
  type DeletedFlagColumnOptions,
  type NoteColumnOptions,
} from "./note-columns";
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
  /** A column `deleted_by` that says who deleted the row, as {@link DeletedByColumn}. @default false */
  readonly deletedBy?: boolean | NoteColumnOptions;
  /** A column `delete_reason` that says why, as {@link DeleteReasonColumn}. @default false */
  readonly deleteReason?: boolean | NoteColumnOptions;
  /** A boolean column `is_deleted`, as {@link DeletedFlagColumn}. @default false */
  readonly deletedFlag?: boolean | DeletedFlagColumnOptions;
}

/** What {@link withSoftDelete} adds to a class, for the columns that its options switch on. */
export type SoftDeletableExtras<Options> = (Options extends { deletedBy: true | object }
  ? { deletedBy: string | null }
  : unknown) &
  (Options extends { deleteReason: true | object } ? { deleteReason: string | null } : unknown) &
  (Options extends { deletedFlag: true | object } ? { deletedFlag: boolean } : unknown);

// A mixin's constructor has to take any arguments (TypeScript, TS2545).
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AbstractConstructor<T = object> = abstract new (...args: any[]) => T;

/** A class with the columns of a soft-deletable entity: what {@link withSoftDelete} returns. */
export type SoftDeletableClass<
  Base extends AbstractConstructor,
  Options extends WithSoftDeleteOptions = object,
> = Base & AbstractConstructor<SoftDeletableColumns & SoftDeletableExtras<Options>>;

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
export function withSoftDelete<const Options extends WithSoftDeleteOptions = object>(
  base?: undefined,
  options?: Options,
): SoftDeletableClass<AbstractConstructor, Options>;
export function withSoftDelete<
  Base extends AbstractConstructor,
  const Options extends WithSoftDeleteOptions = object,
>(base: Base, options?: Options): SoftDeletableClass<Base, Options>;
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
  indexOnce(WithSoftDelete, ["deletedAt", "deletionId"], `${stamped} OR ${named}`);
  indexOnce(WithSoftDelete, ["deletionId", "deletedAt"], `${named} OR ${stamped}`);
  const { prototype } = WithSoftDelete;
  const deletedBy = columnOptions("deleted_by", options.deletedBy);
  const deleteReason = columnOptions("delete_reason", options.deleteReason);
  const deletedFlag = columnOptions("is_deleted", options.deletedFlag);
  if (deletedBy) DeletedByColumn(deletedBy)(prototype, "deletedBy");
  if (deleteReason) DeleteReasonColumn(deleteReason)(prototype, "deleteReason");
  if (deletedFlag) DeletedFlagColumn(deletedFlag)(prototype, "deletedFlag");
  shareWithChildren(WithSoftDelete);
  return WithSoftDelete;
}

function columnOptions<Options extends object>(
  name: string,
  option: boolean | Options | undefined,
): ({ name: string } & Partial<Options>) | undefined {
  if (option === undefined || option === false) return undefined;
  const given: Partial<Options> = option === true ? {} : option;
  return { name, ...given };
}
