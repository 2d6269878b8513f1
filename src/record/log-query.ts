import type { EntityManager, EntityTarget, ObjectLiteral, SelectQueryBuilder } from "typeorm";

import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { firstDeletionId } from "../rows/deletion-id";
import { dialectOf } from "../sql";
import { logOf } from "./append";
import type { DeletionsFilter } from "./deletions-options";
import { SoftDeleteLog } from "./soft-delete-log";

/**
 * The log's entries of deletions, by the index `(action, deletionId)`: a deletion's id begins with its time, whatever the time
 * zones of processes and columns.
 *
 * @internal
 */
export function entriesOf(
  manager: EntityManager,
  { deletionId, entity, actor, since, until, restored }: DeletionsFilter,
): SelectQueryBuilder<SoftDeleteLog> {
  const log = logOf(manager.dataSource)?.target ?? SoftDeleteLog;
  const query = manager
    .createQueryBuilder<SoftDeleteLog>(log, "entry")
    .where("entry.action = :action", { action: "soft-delete" });
  if (deletionId !== undefined)
    query.andWhere("entry.deletionId = :deletionId", { deletionId: deletionId.toLowerCase() });
  if (entity !== undefined) ofEntity(query, nameOf(manager, entity));
  if (actor !== undefined) query.andWhere("entry.actor = :actor", { actor });
  if (since) query.andWhere("entry.deletionId >= :since", { since: firstDeletionId(since) });
  if (until) query.andWhere("entry.deletionId < :until", { until: firstDeletionId(until) });
  if (restored === undefined) return query;
  const undone = query
    .subQuery()
    .select("1")
    .from(log, "restore")
    .where("restore.deletionId = entry.deletionId")
    .andWhere("restore.action = :restore")
    .andWhere("restore.complete = :complete")
    .limit(1)
    .getQuery();
  // First, since these looks need the index alone.
  if (!restored) query.andWhere(`(${anyLeft(manager)})`);
  return query.andWhere(`${undone} IS ${restored ? "NOT " : ""}NULL`, {
    restore: "restore",
    complete: true,
  });
}

/**
 * A row of any table carries the entry's deletion id: a look into an index for each table, until one is found.
 *
 * Not by EXISTS: PostgreSQL and MariaDB make a list of that first, out of all rows of a table, whatever its size.
 */
function anyLeft({ dataSource }: EntityManager): string {
  const { names } = dialectOf(dataSource);
  const { softDeletable } = SoftDeleteGraph.of(dataSource);
  const looks = softDeletable.map(
    (table) =>
      `(SELECT 1 FROM ${names.table(table)} c WHERE ${names.of("c", table.softDelete.deletionId)} = entry.deletionId LIMIT 1) IS NOT NULL`,
  );
  return looks.length > 0 ? looks.join(" OR ") : "1 = 0";
}

/** An entry of roots of several entities has all their names, with commas between. */
function ofEntity(query: SelectQueryBuilder<SoftDeleteLog>, name: string): void {
  const text = name.replaceAll(/[!%_]/g, "!$&");
  const ways = ["first", "last", "inner"].map((way) => `entry.entity LIKE :${way} ESCAPE '!'`);
  query.andWhere(`(entry.entity = :entity OR ${ways.join(" OR ")})`, {
    entity: name,
    first: `${text}, %`,
    last: `%, ${text}`,
    inner: `%, ${text}, %`,
  });
}

/** The name under which rows are counted; that of an entity which is no more as it is given. */
function nameOf({ dataSource }: EntityManager, entity: EntityTarget<ObjectLiteral>): string {
  if (typeof entity === "string" && !dataSource.hasMetadata(entity)) return entity;
  const metadata = dataSource.getMetadata(entity);
  return SoftDeleteGraph.of(dataSource).find(metadata)?.name ?? metadata.name;
}
