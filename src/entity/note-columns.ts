import { Column } from "typeorm";

import type { Only } from "../errors";
import { wholeNumber, type OptionRules } from "../errors/check-options";
import { annotationsOf } from "./annotations";
import { checkColumnOptions, COLUMN_RULES } from "./column-rules";

/** The options of {@link DeletedByColumn} and {@link DeleteReasonColumn}. */
export interface NoteColumnOptions {
  /** The column's name in the database. @default the property's name, by the naming strategy */
  readonly name?: string;
  /** How many characters it holds. @default 255 */
  readonly length?: number;
  /** Whether a `find` selects it. @default true */
  readonly select?: boolean;
}

/** The options of {@link DeletedFlagColumn}. */
export interface DeletedFlagColumnOptions {
  /** The column's name in the database. @default the property's name, by the naming strategy */
  readonly name?: string;
  /** Whether a `find` selects it. @default true */
  readonly select?: boolean;
}

const NOTE_RULES: OptionRules<NoteColumnOptions> = { ...COLUMN_RULES, length: wholeNumber(1) };

/**
 * The column that says who deleted a row: written with the deletion, on cascaded rows too, and cleared by a restore.
 *
 * @example
 * ```ts
 * @DeletedByColumn() deletedBy!: string | null;
 * ```
 */
export function DeletedByColumn<Key extends PropertyKey = never>(
  options?: Only<NoteColumnOptions, Key>,
): PropertyDecorator {
  checkColumnOptions("DeletedByColumn", NOTE_RULES, options);
  return noteColumn("deletedBy", options);
}

/**
 * The column that says why a row was deleted: written with the deletion, on cascaded rows too, and cleared by a restore.
 *
 * @example
 * ```ts
 * @DeleteReasonColumn({ length: 1000 }) deleteReason!: string | null;
 * ```
 */
export function DeleteReasonColumn<Key extends PropertyKey = never>(
  options?: Only<NoteColumnOptions, Key>,
): PropertyDecorator {
  checkColumnOptions("DeleteReasonColumn", NOTE_RULES, options);
  return noteColumn("deleteReason", options);
}

/**
 * A boolean column that is true in deleted rows and false in active ones, never null, for those who read the table
 * without TypeORM. It follows the delete date; nothing is read from it.
 *
 * @example
 * ```ts
 * @DeletedFlagColumn({ name: "is_deleted" }) deletedFlag!: boolean;
 * ```
 */
export function DeletedFlagColumn<Key extends PropertyKey = never>(
  options?: Only<DeletedFlagColumnOptions, Key>,
): PropertyDecorator {
  checkColumnOptions("DeletedFlagColumn", COLUMN_RULES, options);
  return (prototype, property) => {
    Column({ ...options, type: "boolean", default: false, update: false })(prototype, property);
    annotationsOf(prototype.constructor).columns.set(String(property), "deletedFlag");
  };
}

function noteColumn(
  role: "deletedBy" | "deleteReason",
  options: NoteColumnOptions = {},
): PropertyDecorator {
  return (prototype, property) => {
    const fixed = { type: "varchar", nullable: true, update: false } as const;
    Column({ length: 255, ...options, ...fixed })(prototype, property);
    annotationsOf(prototype.constructor).columns.set(String(property), role);
  };
}
