import type { ObjectLiteral, UpdateEvent } from "typeorm";

import { DeletedEntityWriteError } from "../../errors";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { storedRow } from "../../typeorm/events";
import { isNull } from "../native-call";

/** Refuses a `save()` of a deleted row, unless it clears the delete date. */
export function refuseDeletedWrite(event: UpdateEvent<ObjectLiteral>): void {
  const { dataSource, metadata, entity } = event;
  const stored = storedRow(event);
  const columns = SoftDeleteGraph.of(dataSource).find(metadata)?.softDelete;
  if (!columns || !entity || !stored) return;
  // A delete date that is not selected by default is not among what TypeORM has read.
  const deleted = [columns.deletedAt, columns.deletionId].some(
    (column) => (column.getEntityValue(stored) ?? null) !== null,
  );
  if (!deleted || isNull(columns.deletedAt.getEntityValue(entity))) return;
  throw new DeletedEntityWriteError(metadata.name, metadata.getEntityIdMap(stored) ?? {});
}
