import type { DataSource, EntityMetadata } from "typeorm";

import { HardDeleteForbiddenError } from "../../errors";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { clearedTable } from "../../typeorm/cleared-table";

/** Refuses TypeORM's own removal of rows of a soft-deletable entity. */
export function refuseHardDelete(dataSource: DataSource, metadata: EntityMetadata): void {
  if (SoftDeleteGraph.of(dataSource).find(metadata)) {
    throw new HardDeleteForbiddenError(metadata.name);
  }
}

/** Refuses a statement that empties the table of a soft-deletable entity. */
export function refuseClear(dataSource: DataSource, statement: string): void {
  const named = SoftDeleteGraph.of(dataSource).softDeletable.flatMap(({ name, metadatas }) =>
    metadatas.map((metadata) => ({ name, metadata })),
  );
  const table = clearedTable(statement, named);
  if (table) throw new HardDeleteForbiddenError(table.name);
}
