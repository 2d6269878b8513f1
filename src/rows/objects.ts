import type { EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteConfigurationError, SoftDeleteCriteriaError } from "../errors";
import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ownColumn, topOf, type SoftDeleteTable } from "../plan/table";
import { ownMetadata } from "../typeorm/metadata";
import { sql } from "../sql/sql";
import { keyTextOfObject } from "./key-text";
import type { Session } from "../session/session";
import { byKeys } from "./by-keys";

/** Objects of one entity, or of its child entities. */
export interface Objects {
  readonly metadata: EntityMetadata;
  readonly objects: readonly ObjectLiteral[];
}

/**
 * The primary keys of given objects.
 *
 * @throws SoftDeleteCriteriaError for an object that was never saved.
 * @throws SoftDeleteConfigurationError for an object of a child entity that cannot be soft-deleted, unlike its siblings.
 * @internal
 */
export function idsOf(
  graph: SoftDeleteGraph,
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
  method: string,
): ObjectLiteral[] {
  return objects.map((object) => {
    const own = ownMetadata(metadata, object);
    if (!graph.find(own)) throw SoftDeleteConfigurationError.notSoftDeletable(own.name);
    const id = metadata.getEntityIdMap(object);
    if (!id || Object.values(id).some((value) => value === undefined || value === null)) {
      throw SoftDeleteCriteriaError.notPersisted(method, metadata.name);
    }
    return id;
  });
}

/**
 * Writes into loaded objects what the database now says of their soft delete columns, and into the objects that are loaded
 * below them over binding relations. Costs one SELECT for each table, or for each of several classes on it.
 *
 * @internal
 */
export async function refresh(session: Session, given: readonly Objects[]): Promise<void> {
  const { graph } = session;
  const found = new Map<EntityMetadata, Set<ObjectLiteral>>();
  const visit = (base: EntityMetadata, object: ObjectLiteral): void => {
    const metadata = ownMetadata(base, object);
    const table = graph.find(metadata);
    const top = topOf(metadata);
    const known = found.get(top) ?? new Set();
    if (!table || known.has(object)) return;
    found.set(top, known.add(object));
    const downs = graph.childEdges(table).flatMap((edge) => edge.down);
    for (const { relation } of downs.filter((down) => down.metadata === metadata)) {
      const loaded: unknown = relation.getEntityValue(object);
      for (const child of Array.isArray(loaded) ? (loaded as unknown[]) : [loaded]) {
        if (typeof child === "object" && child !== null)
          visit(relation.inverseEntityMetadata, child);
      }
    }
  };
  for (const { metadata, objects } of given) for (const object of objects) visit(metadata, object);
  for (const [metadata, objects] of found) {
    const table = graph.find(metadata);
    if (table) await refreshEntity(session, table, metadata, [...objects]);
  }
}

/** By the columns of the objects' own class, which may call them otherwise than others on its table. */
async function refreshEntity(
  session: Session,
  table: SoftDeleteTable,
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
): Promise<void> {
  const own = { primary: metadata.primaryColumns };
  const byKey = new Map<string, ObjectLiteral[]>();
  const keyOf = (id: ObjectLiteral): string =>
    keyTextOfObject(session.manager.dataSource, own.primary, id);
  const ids: ObjectLiteral[] = [];
  for (const object of objects) {
    const id = metadata.getEntityIdMap(object);
    if (!id) continue;
    const key = keyOf(id);
    if (!byKey.has(key)) ids.push(id);
    byKey.set(key, [...(byKey.get(key) ?? []), object]);
  }
  const { stamped, version, updateDate } = table.softDelete;
  const columns = [...stamped.values(), version, updateDate].flatMap(
    (column) => (column && ownColumn(metadata, column)) ?? [],
  );
  const selected = columns.map(
    (column, index) => `${session.dialect.names.of("c", column)} AS value${String(index)}`,
  );
  if (ids.length === 0) return;
  const list = [session.keyColumns("c", own), ...selected].join(", ");
  const rows = await session.select(
    sql`SELECT ${list} FROM ${session.dialect.names.table(table)} c WHERE ${byKeys(session.dialect, metadata, ids)}`,
  );
  for (const row of rows) {
    for (const object of byKey.get(keyOf(session.key(own, row))) ?? []) {
      columns.forEach((column, index) => {
        column.setEntityValue(object, session.hydrate(column, row[`value${String(index)}`]));
      });
    }
  }
}
