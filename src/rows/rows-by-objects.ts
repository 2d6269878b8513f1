import type { EntityManager, EntityTarget, ObjectLiteral, SaveOptions } from "typeorm";

import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { rowsByKeys } from "./criteria";
import type { NamedRows, Told } from "./named-rows";
import { idsOf } from "./objects";

/**
 * The rows `c` of given objects, which are to show what happens to them.
 *
 * @throws SoftDeleteCriteriaError for an object that was never saved.
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
  return {
    ...rowsByKeys(manager, graph.get(target), metadata, ids),
    objects: { metadata, objects },
    tells: listeners === false ? undefined : { metadata, data: data as Told["data"] },
  };
}
