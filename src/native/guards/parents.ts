import type { EntityMetadata, ObjectLiteral } from "typeorm";

import { and, join, sql, type Sql } from "../../sql/sql";
import type { PrimaryKey } from "../../errors";
import { keyText } from "../../rows/key-text";
import type { Session } from "../../session/session";
import type { Edge } from "../../plan/edge";
import { isSoftDeletable } from "../../plan/table";
import { toDatabase } from "../../typeorm/column-values";
import type { Reference, WrittenRow } from "./references";
import { joined, columnsAt, kindOf } from "../../sql/edge-conditions";
import { isActive } from "../../sql/state";
import { takeRows } from "../../delete/take-rows";
import type { Column } from "../../typeorm/metadata";
import { byKeys } from "../../rows/by-keys";
import { lockByWriting, locksByWriting } from "../../rows/lock-by-writing";

/** A deleted parent to which a row refers. */
export interface FoundParent {
  readonly edge: Edge;
  readonly id: PrimaryKey;
  readonly deletedAt: Date;
  /** Null when the parent was soft-deleted outside this package, or is just being. */
  readonly deletionId: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  /** What the row's foreign key holds. */
  readonly key: readonly unknown[];
}

/** Locks the parents against writers, and finds the deleted ones. One SELECT for each relation. */
export async function deletedParents(
  session: Session,
  references: readonly Reference[],
): Promise<FoundParent[]> {
  const { dataSource } = session.manager;
  const keys = new Map<Edge, Map<string, readonly unknown[]>>();
  for (const { edge, key } of references) {
    const prepared = edge.on.map(({ parent }, index) => toDatabase(dataSource, parent, key[index]));
    const known = keys.get(edge) ?? new Map<string, readonly unknown[]>();
    keys.set(edge, known.set(keyText(prepared), prepared));
  }
  const found: FoundParent[] = [];
  // Always in the same order, so that writers do not wait for each other.
  const sorted = [...keys].sort(([a], [b]) => (a.relation < b.relation ? -1 : 1));
  for (const [edge, some] of sorted) {
    const values = [...some].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
    const condition = and(
      session.dialect.anyKey("p", columnsAt(edge, "parent"), values),
      ...kindOf(session.dialect.names, edge, "parent", "p"),
    );
    found.push(...(await lockParents(session, edge, sql``, condition)));
  }
  return found;
}

/** The same for rows that have been written already, by what their foreign keys hold. */
export async function deletedParentsOfRows(
  session: Session,
  rows: readonly (WrittenRow & { readonly id: ObjectLiteral | undefined })[],
): Promise<FoundParent[]> {
  const ids = new Map<Edge, Map<EntityMetadata, ObjectLiteral[]>>();
  for (const { id, unsaid, metadata } of rows) {
    for (const edge of id ? unsaid : []) {
      const some = ids.get(edge) ?? new Map<EntityMetadata, ObjectLiteral[]>();
      ids.set(edge, some.set(metadata, [...(some.get(metadata) ?? []), id as ObjectLiteral]));
    }
  }
  const { names } = session.dialect;
  const found: FoundParent[] = [];
  for (const [edge, metadata, some] of [...ids].flatMap(([one, byEntity]) =>
    [...byEntity].map(([entity, keys]) => [one, entity, keys] as const),
  )) {
    const child = sql` JOIN ${names.table(edge.child)} c ON ${joined(names, edge, "c", "p")}`;
    const byId = byKeys(session.dialect, metadata, some);
    const condition = and(byId, isActive(names, "c", edge.child));
    found.push(...(await lockParents(session, edge, child, condition)));
  }
  return found;
}

/** Soft-deletes the rows that are active below the parents, as members of their deletions. */
export async function joinParents(
  session: Session,
  parents: readonly FoundParent[],
): Promise<void> {
  const { dialect } = session;
  for (const { edge, key, deletionId, deletedAt, actor, reason } of parents) {
    // Without a deletion id it is being deleted by TypeORM's own call, whose cascade follows.
    if (deletionId === null || !isSoftDeletable(edge.child)) continue;
    const below = dialect.anyKey("c", columnsAt(edge, "child"), [key]);
    const conditions = [and(below, ...kindOf(dialect.names, edge, "child", "c"))];
    const roots = { table: edge.child, conditions };
    const deletion = { id: deletionId, deletedAt, actor, reason };
    await takeRows(session, [roots], deletion, { trial: true });
  }
}

async function lockParents(
  session: Session,
  edge: Edge,
  child: Sql,
  condition: Sql,
): Promise<FoundParent[]> {
  const { dialect } = session;
  const { parent, on } = edge;
  const { deletedAt, deletionId, stamped } = parent.softDelete;
  const [deletedBy, deleteReason] = [stamped.get("deletedBy"), stamped.get("deleteReason")];
  const selected = [deletedAt, deletionId, deletedBy, deleteReason].map((column, index) =>
    column ? [`${dialect.names.of("p", column)} AS value${String(index)}`] : [],
  );
  const keys = on.map(
    (pair, index) => `${dialect.names.of("p", pair.parent)} AS on${String(index)}`,
  );
  const writes = await locksByWriting(session);
  const lock = writes ? dialect.updateLock : dialect.shareLock;
  // No condition on the delete date: the active ones are to be locked, and waited for.
  const rows = await session.select(
    sql`SELECT ${session.keyColumns("p", parent)}, ${join([...selected.flat(), ...keys], ", ")} FROM ${dialect.names.table(parent)} p${child} WHERE ${condition}${lock}`,
  );
  if (writes && rows.length > 0) {
    const found = byKeys(
      dialect,
      parent.metadata,
      rows.map((row) => session.key(parent, row)),
    );
    await lockByWriting(session, parent, (set, where) =>
      dialect.update({ target: parent, set, where: and(found, where) }),
    );
  }
  const value = (row: ObjectLiteral, column: Column | undefined, index: number): unknown =>
    column ? session.hydrate(column, row[`value${String(index)}`]) : null;
  return rows
    .filter((row) => (row["value0"] ?? null) !== null)
    .map((row) => ({
      edge,
      id: session.key(parent, row),
      deletedAt: value(row, deletedAt, 0) as Date,
      deletionId: value(row, deletionId, 1) as string | null,
      actor: value(row, deletedBy, 2) as string | null,
      reason: value(row, deleteReason, 3) as string | null,
      key: on.map((_, index) => row[`on${String(index)}`] as unknown),
    }));
}
