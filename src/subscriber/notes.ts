import type { EntityManager, ObjectLiteral, QueryRunner } from "typeorm";

import { Session } from "../operations/session";
import { autocommit } from "../operations/transaction";
import type { SoftDeleteTable } from "../plan/table";
import type { NativeCall } from "./native-call";
import { noteUnsettled, type Direction, type Note } from "./unsettled";

// A call that failed in between has left its note; one that only waits for a lock has not.
const MAX_AGE = 60_000;

/** The calls of one tick on one table in one direction. */
export interface CallGroup {
  readonly table: SoftDeleteTable;
  readonly direction: Direction;
  readonly at: Date | undefined;
  readonly calls: readonly NativeCall[];
  /** Null when any row may be theirs. */
  readonly ids: readonly ObjectLiteral[] | null;
}

export interface NotedGroup extends CallGroup {
  readonly note: Note;
}

interface Pending {
  calls: number;
  readonly at: number;
  readonly note: Note;
}

/** What was unsettled before the calls that are at work, by connection. */
export class Notes {
  readonly #pending = new WeakMap<QueryRunner, Map<string, Pending>>();

  async add(session: Session, key: string, group: CallGroup): Promise<void> {
    const pending = this.#pending.get(session.runner) ?? new Map<string, Pending>();
    this.#pending.set(session.runner, pending);
    const started = Date.now();
    const note = await noteUnsettled(session, group.table, group.direction, group.at);
    const known = pending.get(key);
    if (known && known.calls > 0 && started - known.at < MAX_AGE) {
      // Calls run in parallel on this connection: what has come since the first one's note is theirs.
      const rows = new Map([...known.note.rows].filter(([row]) => note.rows.has(row)));
      pending.set(key, {
        calls: known.calls + group.calls.length,
        at: Date.now(),
        note: { since: known.note.since, rows },
      });
    } else {
      pending.set(key, { calls: group.calls.length, at: Date.now(), note });
    }
  }

  take(
    runner: QueryRunner,
    key: string,
    group: CallGroup,
  ): CallGroup & { readonly note: Note | null } {
    const pending = this.#pending.get(runner);
    const known = pending?.get(key);
    if (!known) return { ...group, note: null };
    known.calls -= group.calls.length;
    if (known.calls <= 0) pending?.delete(key);
    return { ...group, note: known.note };
  }

  /** A call that no hook announced, since another subscriber has made it one: it takes what has just moved. */
  async complete(
    manager: EntityManager,
    group: CallGroup & { readonly note: Note | null },
  ): Promise<NotedGroup> {
    if (group.note) return { ...group, note: group.note };
    const { since } = await autocommit(manager, (session) =>
      noteUnsettled(session, group.table, group.direction, group.at),
    );
    return { ...group, note: { since, rows: new Map() } };
  }

  /** The connection's transaction has ended. */
  forget(runner: QueryRunner): void {
    this.#pending.delete(runner);
  }
}
