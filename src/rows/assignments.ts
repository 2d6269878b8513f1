import type { Assignment } from "../sql/dialect";
import { bind, sql, type Sql } from "../sql/sql";
import { SoftDeleteConfigurationError } from "../errors";
import type { Column, SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";

/** One soft delete operation: what it stamps on every row it takes. */
export interface Deletion {
  readonly id: string;
  readonly deletedAt: Date;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** Marks a row as taken by a deletion. @internal */
export function stamp(session: Session, table: SoftDeleteTable, deletion: Deletion): Assignment[] {
  const { deletedAt, deletionId, deletedBy, deleteReason, deletedFlag } = table.softDelete;
  const set: Assignment[] = [
    [deletedAt, session.value(deletedAt, deletion.deletedAt)],
    [deletionId, bind(deletion.id)],
  ];
  if (deletedBy)
    set.push([deletedBy, session.value(deletedBy, fitting(deletedBy, deletion.actor))]);
  if (deleteReason)
    set.push([deleteReason, session.value(deleteReason, fitting(deleteReason, deletion.reason))]);
  if (deletedFlag) set.push([deletedFlag, session.value(deletedFlag, true)]);
  return set;
}

/** @throws SoftDeleteConfigurationError for a text that the column cannot hold. @internal */
export function fitting(column: Column, text: string | null): string | null {
  const limit = Number(column.length);
  // Databases count code points.
  const length = text === null ? 0 : Array.from(text).length;
  if (!(limit > 0) || length <= limit) return text;
  const path = `${column.entityMetadata.name}.${column.propertyPath}`;
  throw SoftDeleteConfigurationError.textTooLong(path, length, limit);
}

/** Makes a row active. @internal */
export function clear(session: Session, table: SoftDeleteTable): Assignment[] {
  const { deletedAt, deletionId, deletedBy, deleteReason, deletedFlag } = table.softDelete;
  const set: Assignment[] = [deletedAt, deletionId, deletedBy, deleteReason]
    .filter((column) => column !== undefined)
    .map((column) => [column, sql`NULL`] as const);
  if (deletedFlag) set.push([deletedFlag, session.value(deletedFlag, false)]);
  return set;
}

/** Moves `version` and the update date, as TypeORM does when it soft-deletes or restores a row. @internal */
export function touch(session: Session, table: SoftDeleteTable): Assignment[] {
  const { version, updateDate } = table.softDelete;
  const set: Assignment[] = [];
  if (version) set.push([version, sql`${session.dialect.names.of("c", version)} + 1`]);
  if (updateDate) set.push([updateDate, sql`CURRENT_TIMESTAMP`]);
  return set;
}

/** Gives a row to the deletion of another, whose values `value` names: `id`, `at`, `actor`, `reason`. @internal */
export function stampFrom(
  session: Session,
  table: SoftDeleteTable,
  value: (name: string) => Sql,
): Assignment[] {
  const { deletedAt, deletionId, deletedBy, deleteReason, deletedFlag } = table.softDelete;
  const set: Assignment[] = [
    [deletedAt, value("at")],
    [deletionId, value("id")],
  ];
  if (deletedBy) set.push([deletedBy, value("actor")]);
  if (deleteReason) set.push([deleteReason, value("reason")]);
  if (deletedFlag) set.push([deletedFlag, session.value(deletedFlag, true)]);
  return [...set, ...touch(session, table)];
}
