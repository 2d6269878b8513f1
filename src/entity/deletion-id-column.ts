import { Column } from "typeorm";

import type { Only } from "../errors";
import { annotationsOf } from "./annotations";
import { checkColumnOptions, COLUMN_RULES } from "./column-rules";

/** The options of {@link DeletionIdColumn}. */
export interface DeletionIdColumnOptions {
  /** The column's name in the database. @default the property's name, by the naming strategy */
  readonly name?: string;
  /** Whether a `find` selects it. @default true */
  readonly select?: boolean;
}

/**
 * The column that names the deletion which took a row: a nullable UUID, null while the row is active. It stands beside
 * TypeORM's `@DeleteDateColumn()` in an entity that does not extend {@link SoftDeletable}.
 *
 * It comes without indexes. `SoftDeletable` and `withSoftDelete()` bring the ones that undo and purge go by.
 *
 * @example
 * ```ts
 * @DeleteDateColumn() removedAt!: Date | null;
 * @DeletionIdColumn() removalId!: string | null;
 * ```
 */
export function DeletionIdColumn<Key extends PropertyKey = never>(
  options?: Only<DeletionIdColumnOptions, Key>,
): PropertyDecorator {
  checkColumnOptions("DeletionIdColumn", COLUMN_RULES, options);
  return (prototype, property) => {
    Column({ ...options, type: "uuid", nullable: true, update: false })(prototype, property);
    annotationsOf(prototype.constructor).columns.set(String(property), "deletionId");
  };
}
