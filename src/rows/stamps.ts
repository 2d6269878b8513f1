import type { EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteOptionError } from "../errors";
import { ownColumn, type SoftDeleteTable, type StampedRole } from "../plan/table";
import type { Session } from "../session/session";
import { sql, type Sql } from "../sql/sql";
import type { Assignment } from "../sql/statements";
import type { Carried } from "../sql/walk";
import type { Column } from "../typeorm/metadata";

/** One soft delete operation: what it stamps on every row it takes. */
export interface Deletion {
  readonly id: string;
  readonly deletedAt: Date;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** What a column holds that a deletion stamps. */
interface Stamp {
  of(deletion: Deletion): string | Date | boolean | null;
  /** What it holds in an active row. */
  readonly active: null | false;
  /** Under which name a row that is given to the deletion of another takes it from there; undefined where it is the same. */
  readonly carried?: string;
}

const STAMPS: Readonly<Record<StampedRole, Stamp>> = {
  deletionId: { of: ({ id }) => id, active: null, carried: "id" },
  deletedAt: { of: ({ deletedAt }) => deletedAt, active: null, carried: "at" },
  deletedBy: { of: ({ actor }) => actor, active: null, carried: "actor" },
  deleteReason: { of: ({ reason }) => reason, active: null, carried: "reason" },
  deletedFlag: { of: () => true, active: false },
};

/** Marks a row as taken by a deletion. @internal */
export function stamp(session: Session, table: SoftDeleteTable, deletion: Deletion): Assignment[] {
  return [...table.softDelete.stamped].map(([role, column]) => {
    const value = STAMPS[role].of(deletion);
    return [column, session.value(column, fitting(column, value))];
  });
}

/**
 * The same in an object that is about to be inserted, whatever it had there: as taken by a deletion, or, without one, as
 * active. The delete date stays as it is, but for an SQL expression.
 *
 * @internal
 */
export function stampObject(
  { softDelete }: SoftDeleteTable,
  metadata: EntityMetadata,
  object: ObjectLiteral,
  deletion: Deletion | null,
): void {
  for (const [role, stamped] of softDelete.stamped) {
    const column = ownColumn(metadata, stamped);
    const given: unknown = column?.getEntityValue(object);
    if (!column || (role === "deletedAt" && (!deletion || typeof given !== "function"))) continue;
    if (deletion) column.setEntityValue(object, fitting(column, STAMPS[role].of(deletion)));
    else if (given !== undefined) column.setEntityValue(object, STAMPS[role].active);
  }
}

/** @throws SoftDeleteOptionError for a text that the column cannot hold. @internal */
export function fitting<Value>(column: Column, value: Value): Value {
  const limit = Number(column.length);
  // Databases count code points.
  const length = typeof value === "string" ? Array.from(value).length : 0;
  if (!(limit > 0) || length <= limit) return value;
  const path = `${column.entityMetadata.name}.${column.propertyPath}`;
  throw SoftDeleteOptionError.textTooLong(path, String(length), `${String(limit)} characters`);
}

/** Makes a row active. @internal */
export function clear(session: Session, table: SoftDeleteTable): Assignment[] {
  return [...table.softDelete.stamped].map(([role, column]) => {
    const { active } = STAMPS[role];
    return [column, active === null ? sql`NULL` : session.value(column, active)];
  });
}

/** Moves `version` and the update date, as TypeORM does when it soft-deletes or restores a row. @internal */
export function touch(session: Session, table: SoftDeleteTable): Assignment[] {
  const { version, updateDate } = table.softDelete;
  const set: Assignment[] = [];
  if (version) set.push([version, sql`${session.dialect.names.of("c", version)} + 1`]);
  if (updateDate) set.push([updateDate, sql`CURRENT_TIMESTAMP`]);
  return set;
}

/**
 * Gives a row to the deletion of another, whose values are {@link carriedOf} that row. A column without a value stays as it is.
 *
 * @internal
 */
export function stampFrom(
  session: Session,
  table: SoftDeleteTable,
  value: (name: string, column: Column) => Sql | undefined,
): Assignment[] {
  const set = [...table.softDelete.stamped].flatMap(([role, column]): Assignment[] => {
    const { carried } = STAMPS[role];
    const given = carried === undefined ? session.value(column, true) : value(carried, column);
    return given ? [[column, given]] : [];
  });
  return [...set, ...touch(session, table)];
}

/**
 * What a row gets from the one by whose deletion it is taken, by name. The deletion id comes first: where a walk finds
 * several, the smallest wins.
 *
 * @internal
 */
export function carriedOf(session: Session, alias: string, table: SoftDeleteTable): Carried {
  const { stamped } = table.softDelete;
  const all: (readonly [string, Sql])[] = [];
  for (const [role, { carried }] of Object.entries(STAMPS) as [StampedRole, Stamp][]) {
    if (carried === undefined) continue;
    const column = stamped.get(role);
    all.push([carried, sql`${column ? session.dialect.names.of(alias, column) : "NULL"}`]);
  }
  return all;
}
