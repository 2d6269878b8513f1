import type {
  EntityManager,
  EntityMetadata,
  EntityTarget,
  ObjectLiteral,
  SaveOptions,
} from "typeorm";

import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ColumnValues } from "./where/column-value";
import { Place } from "./where/place";
import { rowsByKeys } from "./criteria";
import type { NamedRows, Told } from "./named-rows";
import { idsOf } from "./objects";

/**
 * The rows `c` of given objects, which are to show what happens to them.
 *
 * @throws SoftDeleteCriteriaError for an object that was never saved, or whose key its column cannot hold.
 * @internal
 */
export function rowsByObjects(
  manager: EntityManager,
  target: EntityTarget<ObjectLiteral>,
  method: string,
  objects: readonly ObjectLiteral[],
  { listeners, data }: SaveOptions = {},
): NamedRows {
  const graph = SoftDeleteGraph.of(manager.dataSource);
  const metadata = manager.dataSource.getMetadata(target);
  const ids = idsOf(graph, metadata, objects, method);
  refuseUnfitKeys(manager, metadata, method, objects);
  return {
    ...rowsByKeys(manager, graph.get(target), metadata, ids),
    objects: { metadata, objects },
    tells: listeners === false ? undefined : { metadata, data: data as Told["data"] },
  };
}

/** An object may come from a request body: a database would take `true`, or `"1e0"`, for 1. */
function refuseUnfitKeys(
  { dataSource }: EntityManager,
  metadata: EntityMetadata,
  method: string,
  objects: readonly ObjectLiteral[],
): void {
  const place = Place.top(dataSource, method, metadata.name);
  for (const column of metadata.primaryColumns) {
    const values = new ColumnValues(dataSource, column);
    const here = place.below(`.${column.propertyPath}`);
    for (const object of objects) values.prepare(here, column.getEntityValue(object));
  }
}
