import type { EntityMetadata } from "typeorm";

const CLEAR = /^(?:TRUNCATE TABLE|DELETE FROM) ((?:["`][^"`]+["`]\.)?["`][^"`]+["`])(?: CASCADE)?$/;

/**
 * The table that a statement empties, if it is one of TypeORM's `clear()`, which tells its subscribers nothing else.
 *
 * Leans on the whole text of that statement, in which the driver leaves out the schema, or the database, that is its own.
 *
 * @internal
 */
export function clearedTable<Table extends { readonly metadata: EntityMetadata }>(
  statement: string,
  tables: readonly Table[],
): Table | undefined {
  const path = CLEAR.exec(statement)?.[1]?.replaceAll(/["`]/g, "");
  if (path === undefined) return undefined;
  return (
    tables.find(({ metadata }) => metadata.tablePath === path) ??
    tables.find(({ metadata }) => metadata.tablePath.endsWith(`.${path}`))
  );
}
