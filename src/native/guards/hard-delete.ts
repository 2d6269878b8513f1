import type { DataSource, EntityMetadata } from "typeorm";

import { HardDeleteForbiddenError } from "../../errors";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";

/** Refuses TypeORM's own removal of rows of a soft-deletable entity. */
export function refuseHardDelete(dataSource: DataSource, metadata: EntityMetadata): void {
  if (SoftDeleteGraph.of(dataSource).find(metadata)) {
    throw new HardDeleteForbiddenError(metadata.name);
  }
}

// What TypeORM's clear() sends, the whole statement: it fires no event of its own.
const CLEAR = /^(?:TRUNCATE TABLE|DELETE FROM) ((?:["`][^"`]+["`]\.)?["`][^"`]+["`])(?: CASCADE)?$/;

/** Refuses a statement that empties the table of a soft-deletable entity. */
export function refuseClear(dataSource: DataSource, query: string): void {
  const quoted = CLEAR.exec(query)?.[1];
  if (quoted === undefined) return;
  const path = quoted.replaceAll(/["`]/g, "");
  const { tables } = SoftDeleteGraph.of(dataSource);
  // The driver leaves out the schema, or the database, that is its own.
  const table =
    tables.find(({ metadata }) => metadata.tablePath === path) ??
    tables.find(({ metadata }) => metadata.tablePath.endsWith(`.${path}`));
  if (table?.softDelete) throw new HardDeleteForbiddenError(table.name);
}
