import type { ObjectLiteral } from "typeorm";

import { takeMarked } from "../delete/take-rows";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import type { Author } from "../record/author";
import { newDeletionId } from "../rows/deletion-id";
import type { Objects } from "../rows/loaded-objects";
import type { Session } from "../session/session";
import type { NativeCall } from "./native-call";
import { movedBy, type CallRows, type Note } from "./noted-rows";

/** One deletion for each call, or, where the caller has set several delete dates himself, for each of those. */
export async function softDelete(
  session: Session,
  groups: readonly NotedGroup[],
  time: Date,
  author: Author,
): Promise<number> {
  const dates = new Set(groups.map((group) => (group.at ?? time).getTime()));
  let roots = 0;
  for (const date of dates) {
    const deletedAt = new Date(date);
    const some = groups.filter((group) => (group.at ?? time).getTime() === date);
    const deletion = { id: newDeletionId(deletedAt), deletedAt, ...author };
    const marked = [];
    for (const group of some)
      marked.push({
        table: group.table,
        conditions: [await movedBy(session, group, group.note)],
      });
    roots += (await takeMarked(session, marked, deletion)).roots;
  }
  return roots;
}

/** The calls by table and direction. */
export function groupsOf(calls: readonly NativeCall[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const call of calls) {
    const table = tableOf(call);
    if (!table) continue;
    const { direction, at } = call;
    const key = `${direction} ${table.metadata.tablePath} ${at?.toISOString() ?? ""}`;
    const group = groups.get(key) ?? { table, direction, at, calls: [], ids: [] };
    group.calls.push(call);
    // One criteria call among them, and any row that moved may be its.
    if (!call.id) group.ids = null;
    else group.ids?.push(call.id);
    groups.set(key, group);
  }
  return groups;
}

/** Calls on one table in one direction. */
export interface CallGroup extends CallRows {
  readonly calls: readonly NativeCall[];
}

/** The same, with what was unsettled of their rows before. */
export interface NotedGroup extends CallGroup {
  readonly note: Note;
}

interface Group extends CallGroup {
  readonly calls: NativeCall[];
  ids: ObjectLiteral[] | null;
}

/** The table of a call's rows; undefined where this package soft-deletes none of them. */
export function tableOf(call: NativeCall): SoftDeleteTable | undefined {
  return SoftDeleteGraph.of(call.manager.dataSource).find(call.metadata);
}

/** The primary keys of the rows that the calls name. */
export function idsOf(calls: readonly NativeCall[]): ObjectLiteral[] {
  return calls.map((call) => call.id).filter((id) => id !== undefined);
}

/** The objects of the calls. */
export function objectsOf({ calls }: { readonly calls: readonly NativeCall[] }): Objects[] {
  return calls.flatMap(({ metadata, entity }) => (entity ? [{ metadata, objects: [entity] }] : []));
}
