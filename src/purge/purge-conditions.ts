import type { EntityManager, EntityMetadata } from "typeorm";

import { dialectOf } from "../sql";
import { SoftDeleteCriteriaError } from "../errors";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { ofEntity } from "../rows/by-keys";
import { rowsOf } from "../rows/criteria";
import { Place } from "../rows/where/place";
import { plainObject } from "../rows/where/plain-object";
import type { Relation } from "../typeorm/metadata";
import type { PurgeRoot } from "./scope";

/**
 * Which rows of an entity the caller asked for; undefined for the whole table, which single-table inheritance shares.
 *
 * @internal
 */
export function purgeConditions(
  manager: EntityManager,
  metadata: EntityMetadata,
  table: SoftDeleteTable,
  options: { readonly where?: unknown },
): PurgeRoot | undefined {
  // A condition that came to nothing must not mean all rows.
  if ("where" in options) {
    const { where } = options;
    const { conditions, relations, asked } = rowsOf(manager, table, metadata, "purge", where);
    const place = Place.top(manager.dataSource, "purge", metadata.name);
    for (const one of Array.isArray(where) ? (where as unknown[]) : [where])
      plainObject(place, one);
    refuseChildren(manager, table, relations);
    return { table, conditions, asked };
  }
  const conditions = ofEntity(dialectOf(manager.dataSource).names, metadata, "c");
  return conditions.length > 0 ? { table, conditions } : undefined;
}

/** Refuses conditions on rows that the purge removes first: the rows that they match would not match any more. */
function refuseChildren(
  manager: EntityManager,
  table: SoftDeleteTable,
  relations: ReadonlySet<Relation>,
): void {
  const plan = SoftDeleteGraph.of(manager.dataSource).plan([table]);
  const purged = plan.groups.flatMap((group) => group.tables.flatMap((own) => own.metadatas));
  for (const relation of relations) {
    if (relation.isManyToOne || relation.isOneToOneOwner) continue;
    if (!purged.includes(relation.inverseEntityMetadata)) continue;
    const path = `${relation.entityMetadata.name}.${relation.propertyPath}`;
    throw SoftDeleteCriteriaError.purgedRelation(path);
  }
}
