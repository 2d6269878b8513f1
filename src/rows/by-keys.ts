import type { EntityMetadata, ObjectLiteral } from "typeorm";

import type { Dialect } from "../sql/dialect";
import { isOneOf } from "../sql/edge-conditions";
import type { Names } from "../sql/names";
import { and, type Sql } from "../sql/sql";
import { toDatabase } from "../typeorm/column-values";

/** The condition that a row `c` has one of some primary keys, given as objects: one parameter, whatever their number. @internal */
export function byKeys(
  dialect: Dialect,
  metadata: EntityMetadata,
  ids: readonly ObjectLiteral[],
): Sql {
  const columns = metadata.primaryColumns;
  const keys = ids.map((id) =>
    columns.map((column) =>
      toDatabase(metadata.dataSource, column, column.getEntityValue(id) as unknown),
    ),
  );
  return dialect.anyKey("c", columns, keys);
}

/** The same, of rows of the entity alone, where others of single-table inheritance share its table. @internal */
export function byKeysOf(
  dialect: Dialect,
  metadata: EntityMetadata,
  ids: readonly ObjectLiteral[],
): Sql {
  const keys = byKeys(dialect, metadata, ids);
  const ofIt = ofEntity(dialect.names, metadata, "c");
  return ofIt.length > 0 ? and(keys, ...ofIt) : keys;
}

/** The condition that a row is one of an entity; none where all rows of its table are. @internal */
export function ofEntity(names: Names, metadata: EntityMetadata, alias: string): Sql[] {
  const { discriminatorColumn, childEntityMetadatas } = metadata;
  if (metadata.tableType !== "entity-child" || !discriminatorColumn) return [];
  const kinds = [metadata, ...childEntityMetadatas].map((one) => one.discriminatorValue as unknown);
  return [isOneOf(names, alias, discriminatorColumn, kinds)];
}
