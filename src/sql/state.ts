import type { SoftDeleteTable, Table } from "../plan/table";
import { isOneOf } from "./edge-conditions";
import type { Names } from "./names";
import { join, sql, type Sql } from "./sql";

/** The condition that a row of a table, by its alias, is active. What cannot be soft-deleted always is. @internal */
export function isActive(names: Names, alias: string, { softDelete }: Table): string {
  return softDelete ? `${names.of(alias, softDelete.deletedAt)} IS NULL` : "1 = 1";
}

/** The condition that a row of a table, by its alias, is deleted. @internal */
export function isDeleted(names: Names, alias: string, table: SoftDeleteTable): Sql {
  const stamped = sql`${names.of(alias, table.softDelete.deletedAt)} IS NOT NULL`;
  return join([stamped, ...isOfSoftDeletableKind(names, alias, table)], " AND ");
}

/**
 * The condition that a row of a table, by its alias, is of a kind that can be soft-deleted: siblings of single-table
 * inheritance may be without the columns. None where every kind can.
 *
 * @internal
 */
export function isOfSoftDeletableKind(
  names: Names,
  alias: string,
  { discriminator, kinds, softDelete }: SoftDeleteTable,
): Sql[] {
  if (!discriminator || kinds.every((kind) => softDelete.kinds.includes(kind))) return [];
  return [isOneOf(names, alias, discriminator, softDelete.kinds)];
}

/** The condition that a row belongs to no deletion. @internal */
export function hasNoDeletion(
  names: Names,
  alias: string,
  { softDelete }: SoftDeleteTable,
): string {
  return `${names.of(alias, softDelete.deletionId)} IS NULL`;
}

/** Which way something outside this package has moved a row. */
export type Direction = "deleted" | "restored";

/** The condition that a row is unsettled: deleted and of no deletion, or active and still of one. @internal */
export function isUnsettled(
  names: Names,
  alias: string,
  table: SoftDeleteTable,
  direction: Direction,
): Sql {
  return direction === "deleted"
    ? sql`${isDeleted(names, alias, table)} AND ${hasNoDeletion(names, alias, table)}`
    : sql`${isActive(names, alias, table)} AND ${names.of(alias, table.softDelete.deletionId)} IS NOT NULL`;
}
