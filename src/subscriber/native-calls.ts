import type { EntityManager, EntityMetadata, ObjectLiteral, QueryRunner } from "typeorm";

import { dialectOf } from "../dialect";
import { newDeletionId } from "../operations/deletion-id";
import { refresh } from "../operations/objects";
import { OperationQueue } from "../operations/operation-queue";
import { putBackActive, putBackDeleted } from "../operations/put-back";
import { restoreMatched, wholeFirst } from "../operations/restore";
import { Session } from "../operations/session";
import { now, settingsOf } from "../operations/settings";
import { takeMarked } from "../operations/soft-delete";
import { transact } from "../operations/transaction";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { TickBatches } from "./tick-batches";
import { movedSince, noteUnsettled, type Direction, type Note } from "./unsettled";

/** What a hook tells of one row, or of a criteria call. */
export interface NativeCall {
  readonly manager: EntityManager;
  readonly metadata: EntityMetadata;
  readonly direction: Direction;
  /** The row's primary key; undefined for a criteria call, of which TypeORM tells its hooks nothing. */
  readonly id?: ObjectLiteral | undefined;
  readonly entity?: ObjectLiteral | undefined;
  /** The delete date that the caller has set himself. */
  readonly at?: Date | undefined;
}

interface Pending {
  calls: number;
  note: Note;
}

/** Brings TypeORM's own soft deletes and restores to keep the laws: stamps, cascades, or takes back what they did. */
export class NativeCalls {
  readonly #before = new TickBatches<NativeCall>();
  readonly #after = new TickBatches<NativeCall>();
  readonly #pending = new WeakMap<QueryRunner, Map<string, Pending>>();

  /** A call of TypeORM's own is about to write. */
  before(runner: QueryRunner, call: NativeCall): Promise<void> | undefined {
    if (!this.#table(call)) return undefined;
    return this.#before.add(runner, call, (calls) => this.#note(runner, calls));
  }

  /** A call of TypeORM's own has written. */
  after(runner: QueryRunner, call: NativeCall): Promise<void> | undefined {
    if (!this.#table(call)) return undefined;
    return this.#after.add(runner, call, (calls) => this.#settle(runner, calls));
  }

  #table(call: NativeCall): SoftDeleteTable | undefined {
    return SoftDeleteGraph.of(call.manager.dataSource).find(call.metadata);
  }

  async #note(runner: QueryRunner, calls: readonly NativeCall[]): Promise<void> {
    const { dataSource } = runner.manager;
    if (dialectOf(dataSource).singleConnection) await OperationQueue.of(dataSource).leaveRoom();
    const session = new Session(runner);
    const pending = this.#pending.get(runner) ?? new Map<string, Pending>();
    this.#pending.set(runner, pending);
    for (const [key, group] of this.#groups(calls)) {
      const note = await noteUnsettled(session, group.table, group.direction);
      const known = pending.get(key);
      if (known && known.calls > 0) {
        // Calls run in parallel on this connection: what has come since the first one's note is theirs.
        const rows = new Map([...known.note.rows].filter(([row]) => note.rows.has(row)));
        pending.set(key, {
          calls: known.calls + group.calls.length,
          note: { since: known.note.since, rows },
        });
      } else {
        pending.set(key, { calls: group.calls.length, note });
      }
    }
  }

  async #settle(runner: QueryRunner, calls: readonly NativeCall[]): Promise<void> {
    const groups = [...this.#groups(calls)].map(([key, group]) => ({
      ...group,
      note: this.#take(runner, key, group),
    }));
    const deleted = groups.filter((group) => group.direction === "deleted");
    if (deleted.length > 0) await this.#softDelete(runner.manager, deleted);
    for (const group of groups) {
      if (group.direction === "restored") await this.#restore(runner.manager, group);
    }
  }

  async #softDelete(manager: EntityManager, groups: readonly NotedGroup[]): Promise<void> {
    const { dataSource } = manager;
    const deletedAt = groups.find((group) => group.at)?.at ?? now(dataSource);
    const actor = settingsOf(dataSource).actor?.() ?? null;
    const deletion = { id: newDeletionId(deletedAt), deletedAt, actor, reason: null };
    const roots = (
      session: Session,
    ): { table: SoftDeleteTable; conditions: ReturnType<typeof movedSince> }[] =>
      groups.map(({ table, note, ids, at }) => ({
        table,
        conditions: movedSince(session, table, "deleted", note, ids, at),
      }));
    try {
      await transact(manager, async (session) => {
        const taken = await takeMarked(session, roots(session), deletion);
        if (taken.roots > 0) await refresh(session, groups.flatMap(objectsOf));
      });
    } catch (error) {
      await transact(manager, async (session) => {
        for (const { table, conditions } of roots(session))
          await putBackActive(session, table, conditions);
      }).catch(() => undefined);
      throw error;
    }
  }

  async #restore(manager: EntityManager, group: NotedGroup): Promise<void> {
    const { table, note, ids } = group;
    const time = now(manager.dataSource);
    try {
      await wholeFirst((whole) =>
        transact(manager, async (session) => {
          const conditions = movedSince(session, table, "restored", note, ids);
          const matched = { table, conditions, native: true };
          const restored = await restoreMatched(session, matched, "refuse", time, whole);
          if (restored.roots > 0) await refresh(session, objectsOf(group));
        }),
      );
    } catch (error) {
      await transact(manager, (session) =>
        putBackDeleted(session, table, movedSince(session, table, "restored", note, ids)),
      ).catch(() => undefined);
      throw error;
    }
  }

  #take(runner: QueryRunner, key: string, group: Group): Note {
    const pending = this.#pending.get(runner);
    const known = pending?.get(key);
    if (!known) return { since: "", rows: new Map() };
    known.calls -= group.calls.length;
    if (known.calls <= 0) pending?.delete(key);
    return known.note;
  }

  #groups(calls: readonly NativeCall[]): Map<string, Group> {
    const groups = new Map<string, Group>();
    for (const call of calls) {
      const table = this.#table(call);
      if (!table) continue;
      const key = `${call.direction} ${table.metadata.tablePath} ${call.at?.toISOString() ?? ""}`;
      const group = groups.get(key) ?? {
        table,
        direction: call.direction,
        at: call.at,
        calls: [],
        ids: [],
      };
      group.calls.push(call);
      // One criteria call among them, and any row that moved may be its.
      if (!call.id) group.ids = null;
      else group.ids?.push(call.id);
      groups.set(key, group);
    }
    return groups;
  }
}

interface Group {
  readonly table: SoftDeleteTable;
  readonly direction: Direction;
  readonly at: Date | undefined;
  readonly calls: NativeCall[];
  ids: ObjectLiteral[] | null;
}

interface NotedGroup extends Group {
  readonly note: Note;
}

function objectsOf({
  table,
  calls,
}: Group): { table: SoftDeleteTable; metadata: EntityMetadata; objects: ObjectLiteral[] }[] {
  const objects = calls.map((call) => call.entity).filter((entity) => entity !== undefined);
  return [{ table, metadata: table.metadata, objects }];
}
