import type {
  EntityManager,
  EntityMetadata,
  ObjectLiteral,
  RecoverEvent,
  SoftRemoveEvent,
  UpdateEvent,
} from "typeorm";

import { ownColumn, topOf, type SoftDeleteTable } from "../plan/table";
import type { Direction } from "../sql/state";
import type { Deletion } from "../rows/stamps";
import type { Savepoint } from "../session/savepoint";
import { removedId, storedRow } from "../typeorm/hook-events";
import { givenDate } from "./given-date";

/** What a hook tells of one row, or of a criteria call. */
export interface NativeCall {
  readonly manager: EntityManager;
  readonly metadata: EntityMetadata;
  readonly direction: Direction;
  /** The row's primary key; undefined for a criteria call, of which TypeORM tells its hooks nothing. */
  readonly id?: ObjectLiteral | undefined;
  readonly entity?: ObjectLiteral | undefined;
  /** The delete date that the caller has set himself. */
  readonly at?: Date | undefined;
  /** A call by criteria that may set other columns as well. */
  readonly update?: boolean;
  /** A `save()`, whose object has what the caller has set. */
  readonly save?: boolean;
  /** A `save()` with a date, of a row that is deleted already. */
  readonly restamps?: boolean;
  /** A `recover()`, whose rows TypeORM may have reached by its own cascade. */
  readonly recover?: boolean;
  /** The deletion that a row was inserted with. */
  readonly inserted?: Deletion;
  /** The log and the listeners have been told of that. */
  readonly reported?: boolean;
  /** The savepoint of what has inserted it. */
  readonly savepoint?: Savepoint | undefined;
}

/** A `softRemove()`, `softDelete()`, `recover()` or `restore()`. */
export function removalCall(
  event: SoftRemoveEvent<ObjectLiteral>,
  direction: "deleted",
): NativeCall;
export function removalCall(event: RecoverEvent<ObjectLiteral>, direction: "restored"): NativeCall;
export function removalCall(event: RecoverEvent<ObjectLiteral>, direction: Direction): NativeCall {
  const { manager, metadata, entity } = event;
  const id = removedId(event);
  return { manager, metadata, direction, id, entity, recover: direction === "restored" };
}

/** The same call, its row named by the key of the table's leading entity: others on the table may call it otherwise. */
export function byKeyOf(table: SoftDeleteTable, call: NativeCall): NativeCall {
  const { id, metadata } = call;
  if (!id || topOf(metadata) === table.metadata) return call;
  const key: ObjectLiteral = {};
  for (const column of table.primary) {
    const value: unknown = ownColumn(metadata, column)?.getEntityValue(id);
    // Of another key nothing is known: any row may be the call's.
    if (value === undefined) return { ...call, id: undefined };
    column.setEntityValue(key, value);
  }
  return { ...call, id: key };
}

/**
 * A `save()` or `update()` that sets or clears the delete date; undefined for every other.
 *
 * @throws SoftDeleteCriteriaError for what is no date.
 */
export function updateCall(event: UpdateEvent<ObjectLiteral>): NativeCall | undefined {
  const { manager, metadata, entity, updatedColumns } = event;
  const column = metadata.deleteDateColumn;
  if (!column || !entity) return undefined;
  const stored = storedRow(event);
  const ofRow = stored !== undefined;
  if (ofRow && !updatedColumns.includes(column)) return undefined;
  const given = givenDate(column, column.getEntityValue(entity));
  if (!given) return undefined;
  return {
    manager,
    metadata,
    direction: given.direction,
    id: ofRow ? metadata.getEntityIdMap(entity) : undefined,
    entity: ofRow ? entity : undefined,
    at: given.at,
    save: ofRow,
    update: !ofRow,
    restamps:
      given.direction === "deleted" && (stored && column.getEntityValue(stored)) instanceof Date,
  };
}
