import type { EntityManager, EntityMetadata } from "typeorm";

import { dialectOf } from "../sql";
import type { Sql } from "../sql/sql";
import { SoftDeleteCriteriaError } from "../errors";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { ofEntity } from "../rows/by-keys";
import { rowsOf } from "../rows/criteria";

/**
 * Which rows of an entity the caller asked for; undefined for the whole table, which single-table inheritance shares.
 *
 * @internal
 */
export function purgeConditions(
  manager: EntityManager,
  metadata: EntityMetadata,
  table: SoftDeleteTable,
  where: unknown,
): readonly Sql[] | undefined {
  if (where !== undefined) {
    refuseChildren(manager, metadata, table, where);
    return rowsOf(manager, table, metadata, "purge", where).conditions;
  }
  const conditions = ofEntity(dialectOf(manager.dataSource), metadata);
  return conditions.length > 0 ? conditions : undefined;
}

/** Refuses conditions on rows that the purge removes first: the rows that they match would not match any more. */
function refuseChildren(
  manager: EntityManager,
  metadata: EntityMetadata,
  table: SoftDeleteTable,
  where: unknown,
): void {
  const plan = SoftDeleteGraph.of(manager.dataSource).plan([table]);
  const purged = plan.groups.flatMap((group) => group.tables.flatMap((own) => own.metadatas));
  for (const one of (Array.isArray(where) ? where : [where]) as unknown[]) {
    for (const property of Object.keys(one ?? {})) {
      const relation = metadata.findRelationWithPropertyPath(property);
      if (!relation || relation.isManyToOne || relation.isOneToOneOwner) continue;
      if (!purged.includes(relation.inverseEntityMetadata)) continue;
      throw SoftDeleteCriteriaError.purgedRelation(`${metadata.name}.${property}`);
    }
  }
}
