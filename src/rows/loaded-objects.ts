import type { EntityMetadata, ObjectLiteral } from "typeorm";

import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { ownMetadata } from "../typeorm/metadata";

/** Objects of one entity, or of its child entities. */
export interface Objects {
  readonly metadata: EntityMetadata;
  readonly objects: readonly ObjectLiteral[];
}

/** A loaded object of a soft-deletable class. */
export interface LoadedObject {
  readonly table: SoftDeleteTable;
  /** That of its own class. */
  readonly metadata: EntityMetadata;
  readonly object: ObjectLiteral;
}

/**
 * Goes over given objects and those that are loaded below them over binding relations, parents first. `enter` says whether to
 * go further down from an object: of one that it has seen already it has to say no.
 *
 * @internal
 */
export function walkLoaded(
  graph: SoftDeleteGraph,
  { metadata: base, objects }: Objects,
  enter: (loaded: LoadedObject, parent: LoadedObject | undefined) => boolean,
  parent?: LoadedObject,
): void {
  for (const object of objects) {
    const metadata = ownMetadata(base, object);
    const table = graph.find(metadata);
    if (!table) continue;
    const loaded = { table, metadata, object };
    if (!enter(loaded, parent)) continue;
    const downs = graph.childEdges(table).flatMap((edge) => edge.down);
    for (const { relation } of downs.filter((down) => down.metadata === metadata)) {
      const value: unknown = relation.getEntityValue(object);
      const children = (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isObject);
      walkLoaded(
        graph,
        { metadata: relation.inverseEntityMetadata, objects: children },
        enter,
        loaded,
      );
    }
  }
}

function isObject(value: unknown): value is ObjectLiteral {
  return typeof value === "object" && value !== null;
}

/**
 * Rows by the keys of the objects that they are of.
 *
 * A database finds rows by other spellings of their keys: a UUID in capitals, a text with blanks behind it. Where it has, each
 * object without a row of its own spelling costs one more SELECT.
 *
 * @internal
 */
export async function rowsByIds<Row>(
  ids: ReadonlyMap<string, ObjectLiteral>,
  read: (some: readonly ObjectLiteral[]) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  if (ids.size === 0) return rows;
  let others = 0;
  for (const row of await read([...ids.values()])) {
    const key = keyOf(row);
    if (ids.has(key)) rows.set(key, row);
    else others += 1;
  }
  if (others === 0) return rows;
  for (const [key, id] of ids) {
    if (rows.has(key)) continue;
    for (const row of await read([id])) rows.set(key, row);
  }
  return rows;
}
