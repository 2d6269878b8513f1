import type { EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteCriteriaError } from "../errors";
import type { SoftDeleteTable } from "../plan/table";
import { sql } from "../sql/sql";
import { keyTextOfObject } from "./key-text";
import type { Session } from "../session/session";
import { byKeys } from "./by-keys";

/** Objects of one table. */
export interface Objects {
  readonly table: SoftDeleteTable;
  readonly metadata: EntityMetadata;
  readonly objects: readonly ObjectLiteral[];
}

/**
 * The primary keys of given objects.
 *
 * @throws SoftDeleteCriteriaError for an object that was never saved.
 * @internal
 */
export function idsOf(
  metadata: EntityMetadata,
  objects: readonly ObjectLiteral[],
  method: string,
): ObjectLiteral[] {
  return objects.map((object) => {
    const id = metadata.getEntityIdMap(object);
    if (!id || Object.values(id).some((value) => value === undefined || value === null)) {
      throw SoftDeleteCriteriaError.notPersisted(method, metadata.name);
    }
    return id;
  });
}

/**
 * Writes into loaded objects what the database now says of their soft delete columns, and into the objects that are loaded
 * below them over binding relations. Costs one SELECT for each table.
 *
 * @internal
 */
export async function refresh(session: Session, given: readonly Objects[]): Promise<void> {
  const found = new Map<SoftDeleteTable, Set<ObjectLiteral>>();
  const visit = (table: SoftDeleteTable, object: ObjectLiteral): void => {
    const known = found.get(table) ?? new Set();
    found.set(table, known);
    if (known.has(object)) return;
    known.add(object);
    for (const edge of session.graph.childEdges(table)) {
      const loaded: unknown = edge.down?.getEntityValue(object);
      for (const child of Array.isArray(loaded) ? (loaded as unknown[]) : [loaded]) {
        if (typeof child === "object" && child !== null) visit(edge.child, child);
      }
    }
  };
  for (const { table, objects } of given) for (const object of objects) visit(table, object);
  for (const [table, objects] of found) await refreshTable(session, table, [...objects]);
}

async function refreshTable(
  session: Session,
  table: SoftDeleteTable,
  objects: readonly ObjectLiteral[],
): Promise<void> {
  const { metadata } = table;
  const byKey = new Map<string, ObjectLiteral[]>();
  const keyOf = (id: ObjectLiteral): string =>
    keyTextOfObject(session.manager.dataSource, table.primary, id);
  const ids: ObjectLiteral[] = [];
  for (const object of objects) {
    const id = metadata.getEntityIdMap(object);
    if (!id) continue;
    const key = keyOf(id);
    if (!byKey.has(key)) ids.push(id);
    byKey.set(key, [...(byKey.get(key) ?? []), object]);
  }
  const { stamped, version, updateDate } = table.softDelete;
  const columns = [...stamped.values(), version, updateDate].filter(
    (column) => column !== undefined,
  );
  const selected = columns.map(
    (column, index) => `${session.dialect.names.of("c", column)} AS value${String(index)}`,
  );
  if (ids.length === 0) return;
  const rows = await session.select(
    sql`SELECT ${session.keyColumns("c", table)}, ${selected.join(", ")} FROM ${session.dialect.names.table(table)} c WHERE ${byKeys(session.dialect, metadata, ids)}`,
  );
  for (const row of rows) {
    for (const object of byKey.get(keyOf(session.key(table, row))) ?? []) {
      columns.forEach((column, index) => {
        column.setEntityValue(object, session.hydrate(column, row[`value${String(index)}`]));
      });
    }
  }
}
