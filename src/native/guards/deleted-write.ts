import type { ObjectLiteral, UpdateEvent } from "typeorm";

import { DeletedEntityWriteError } from "../../errors";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { ownColumn } from "../../plan/table";
import { isNull } from "../given-date";
import { storedRow } from "../../typeorm/hook-events";

/** Refuses a `save()` of a deleted row, unless it clears the delete date. */
export function refuseDeletedWrite(event: UpdateEvent<ObjectLiteral>): void {
  const { dataSource, metadata, entity } = event;
  const stored = storedRow(event);
  const columns = SoftDeleteGraph.of(dataSource).find(metadata)?.softDelete;
  const deletedAt = columns && ownColumn(metadata, columns.deletedAt);
  if (!columns || !deletedAt || !entity || !stored) return;
  // A delete date that is not selected by default is not among what TypeORM has read.
  const deleted = [deletedAt, ownColumn(metadata, columns.deletionId)].some(
    (column) => (column?.getEntityValue(stored) ?? null) !== null,
  );
  if (!deleted || isNull(deletedAt.getEntityValue(entity))) return;
  throw new DeletedEntityWriteError(metadata.name, metadata.getEntityIdMap(stored) ?? {});
}
