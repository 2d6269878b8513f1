import type { EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteConfigurationError, SoftDeleteCriteriaError } from "../errors";
import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ownColumn, topOf, type SoftDeleteTable } from "../plan/table";
import { ownMetadata, type Column } from "../typeorm/metadata";
import { sql } from "../sql/sql";
import { keyTextOfObject } from "./key-text";
import type { Session } from "../session/session";
import { byKeys } from "./by-keys";
import { rowsByIds, walkLoaded, type Objects } from "./loaded-objects";

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
 * below them over binding relations. Costs one SELECT for each table, or for each of several classes on it, and one for each
 * object that spells its key otherwise than the database.
 *
 * @internal
 */
export async function refresh(session: Session, given: readonly Objects[]): Promise<void> {
  const { graph } = session;
  const found = new Map<EntityMetadata, Set<ObjectLiteral>>();
  for (const one of given) {
    walkLoaded(graph, one, ({ metadata, object }) => {
      const top = topOf(metadata);
      const known = found.get(top) ?? new Set();
      if (known.has(object)) return false;
      found.set(top, known.add(object));
      return true;
    });
  }
  for (const [metadata, objects] of found) {
    const table = graph.find(metadata);
    if (table) await refreshEntity(session, table, metadata, [...objects]);
  }
}

/** The columns of an entity that an operation writes, and its objects show. @internal */
export function shownColumns({ softDelete }: SoftDeleteTable, metadata: EntityMetadata): Column[] {
  const { stamped, version, updateDate } = softDelete;
  return [...stamped.values(), version, updateDate].flatMap(
    (column) => (column && ownColumn(metadata, column)) ?? [],
  );
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
  const ids = new Map<string, ObjectLiteral>();
  for (const object of objects) {
    const id = metadata.getEntityIdMap(object);
    if (!id) continue;
    const key = keyOf(id);
    if (!ids.has(key)) ids.set(key, id);
    byKey.set(key, [...(byKey.get(key) ?? []), object]);
  }
  const columns = shownColumns(table, metadata);
  const selected = columns.map(
    (column, index) => `${session.dialect.names.of("c", column)} AS value${String(index)}`,
  );
  const list = [session.keyColumns("c", own), ...selected].join(", ");
  const rows = await rowsByIds(
    ids,
    (some) =>
      session.select(
        sql`SELECT ${list} FROM ${session.dialect.names.table(table)} c WHERE ${byKeys(session.dialect, metadata, some)}`,
      ),
    (row) => keyOf(session.key(own, row)),
  );
  for (const [key, row] of rows) {
    for (const object of byKey.get(key) ?? []) {
      columns.forEach((column, index) => {
        column.setEntityValue(object, session.hydrate(column, row[`value${String(index)}`]));
      });
    }
  }
}
