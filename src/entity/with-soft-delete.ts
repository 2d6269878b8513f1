import { DeleteDateColumn, type ColumnOptions } from "typeorm";

import type { Only } from "../errors";
import { BOOLEAN, either, OBJECT, type OptionRules } from "../errors/check-options";
import { indexOnce, shareWithChildren } from "../typeorm/child-columns";
import { checkColumnOptions } from "./column-rules";
import {
  DeletedByColumn,
  DeletedFlagColumn,
  DeleteReasonColumn,
  type DeletedFlagColumnOptions,
  type NoteColumnOptions,
} from "./note-columns";
import { DeletionIdColumn, type DeletionIdColumnOptions } from "./deletion-id-column";

/**
 * A boolean that is read from an object and stands in no column: TypeORM's types take it neither in a `where` nor in what is
 * given to `save()`, as they take no list of nothing there.
 */
export type DerivedBoolean = boolean & readonly never[];

/** What {@link withSoftDelete} adds to a class. */
export interface SoftDeletableColumns {
  /** When the row was soft-deleted; null while it is active. */
  deletedAt: Date | null;
  /** Which deletion took the row; null while it is active. */
  deletionId: string | null;
  /** Whether the row is soft-deleted; undefined where `deletedAt` was not loaded. No column: see {@link DerivedBoolean}. */
  readonly isDeleted: DerivedBoolean | undefined;
}

/** The options of {@link withSoftDelete}. */
export interface WithSoftDeleteOptions {
  /**
   * The options of the delete-date column, as for TypeORM's `@DeleteDateColumn()`.
   *
   * @default its name by the naming strategy
   */
  readonly deletedAt?: ColumnOptions;
  /**
   * The options of the deletion id column.
   *
   * @default its name by the naming strategy
   */
  readonly deletionId?: DeletionIdColumnOptions;
  /** A column `deletedBy` that says who deleted the row, as {@link DeletedByColumn}. @default false */
  readonly deletedBy?: boolean | NoteColumnOptions;
  /** A column `deleteReason` that says why, as {@link DeleteReasonColumn}. @default false */
  readonly deleteReason?: boolean | NoteColumnOptions;
  /** A boolean column `deletedFlag`, as {@link DeletedFlagColumn}. @default false */
  readonly deletedFlag?: boolean | DeletedFlagColumnOptions;
}

const RULES: OptionRules<WithSoftDeleteOptions> = {
  // TypeORM's own.
  deletedAt: OBJECT,
  // What these hold is looked at by their decorators.
  deletionId: OBJECT,
  deletedBy: either(BOOLEAN, OBJECT),
  deleteReason: either(BOOLEAN, OBJECT),
  deletedFlag: either(BOOLEAN, OBJECT),
};

/** What options may be of which neither they nor the columns in them have a key that does not exist. */
export type OnlyColumns<Options> = {
  readonly [Key in keyof Options]: Key extends keyof WithSoftDeleteOptions
    ? OnlyKnown<WithSoftDeleteOptions[Key], Options[Key]>
    : never;
};

type OnlyKnown<Known, Given> = Known extends object ? Only<Known, keyof Given> : Known;

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
export function withSoftDelete<const Options extends OnlyColumns<Options> = object>(
  base?: undefined,
  options?: Options,
): SoftDeletableClass<AbstractConstructor, Options>;
export function withSoftDelete<
  Base extends AbstractConstructor,
  const Options extends OnlyColumns<Options> = object,
>(base: Base, options?: Options): SoftDeletableClass<Base, Options>;
export function withSoftDelete(
  base: AbstractConstructor = Object,
  options: WithSoftDeleteOptions = {},
): SoftDeletableClass<AbstractConstructor> {
  checkColumnOptions("withSoftDelete", RULES, options);
  abstract class WithSoftDelete extends base implements SoftDeletableColumns {
    // No initialisers: `deletedAt = null` would make `save(create({ id }))` revive a row.
    declare deletedAt: Date | null;
    declare deletionId: string | null;

    get isDeleted(): DerivedBoolean | undefined {
      // Undefined on an object that has not been saved yet, too.
      const { deletedAt } = this as { readonly deletedAt: Date | null | undefined };
      return deletedAt === undefined ? undefined : ((deletedAt !== null) as DerivedBoolean);
    }
  }

  const { prototype } = WithSoftDelete;
  DeleteDateColumn(options.deletedAt)(prototype, "deletedAt");
  DeletionIdColumn(options.deletionId)(prototype, "deletionId");
  // Active rows stand in neither index. MySQL and MariaDB have no partial indexes and keep them whole; the two orders of
  // the same columns then serve what the condition serves elsewhere: trash, purge, undo, and the search for rows that
  // something outside this package marked.
  // TypeORM derives an index's name from its columns in alphabetical order and its condition, which has them in their own.
  indexOnce(WithSoftDelete, ["deletedAt", "deletionId"]);
  indexOnce(WithSoftDelete, ["deletionId", "deletedAt"]);
  const deletedBy = columnOptions(options.deletedBy);
  const deleteReason = columnOptions(options.deleteReason);
  const deletedFlag = columnOptions(options.deletedFlag);
  if (deletedBy) DeletedByColumn(deletedBy)(prototype, "deletedBy");
  if (deleteReason) DeleteReasonColumn(deleteReason)(prototype, "deleteReason");
  if (deletedFlag) DeletedFlagColumn(deletedFlag)(prototype, "deletedFlag");
  shareWithChildren(WithSoftDelete);
  return WithSoftDelete;
}

function columnOptions<Options extends object>(
  option: boolean | Options | undefined,
): Partial<Options> | undefined {
  if (option === undefined || option === false) return undefined;
  return option === true ? {} : option;
}
