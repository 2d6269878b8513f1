import type { EntityMetadata } from "typeorm";

import type { Kinds } from "./edge";
import type { PlainTable, Table } from "./table";

/** The kinds for which an entity speaks by itself: its own, or all where it knows of no kinds. @internal */
export function ownKinds(table: PlainTable, metadata: EntityMetadata): readonly unknown[] {
  return hasKind(table, metadata) ? [metadata.discriminatorValue] : table.kinds;
}

/** The kinds of the rows that an entity reads: its own and its child entities'; all for the one at the top. @internal */
export function kindsOf(table: PlainTable, metadata: EntityMetadata): readonly unknown[] {
  const children = metadata.childEntityMetadatas.filter((child) => table.metadatas.includes(child));
  return [...new Set([metadata, ...children].flatMap((one) => ownKinds(table, one)))];
}

/** The kinds of an entity's rows that this package can soft-delete. @internal */
export function softDeletableKinds(table: Table, metadata: EntityMetadata): readonly unknown[] {
  const { softDelete } = table;
  return kindsOf(table, metadata).filter((kind) => softDelete?.kinds.includes(kind) === true);
}

/** What single-table inheritance calls the rows of a kind. @internal */
export function kindName(table: PlainTable, kind: unknown): string {
  const found = table.metadatas.find(
    (metadata) => hasKind(table, metadata) && metadata.discriminatorValue === kind,
  );
  return (found ?? table.metadata).name;
}

/** The restriction to some kinds at one end of an edge; none where they are all. @internal */
export function restriction(
  table: PlainTable,
  kinds: readonly unknown[],
  end: Kinds["end"],
): Kinds[] {
  const { discriminator } = table;
  if (!discriminator || table.kinds.every((kind) => kinds.includes(kind))) return [];
  return [{ end, column: discriminator, values: kinds }];
}

function hasKind({ discriminator }: PlainTable, { discriminatorColumn }: EntityMetadata): boolean {
  return (
    discriminator !== undefined && discriminatorColumn?.databaseName === discriminator.databaseName
  );
}
