import { setTimeout } from "node:timers/promises";

import type { DataSource, EntityManager, ObjectLiteral, QueryRunner } from "typeorm";

import { Session } from "../session/session";
import { autocommit } from "../session/transaction";
import type { SoftDeleteTable } from "../plan/table";
import type { NativeCall } from "./native-call";
import type { Direction } from "../sql/state";
import { noteUnsettled, type Note } from "./moved-rows";

// A call that failed in between has left its note; one that only waits for a lock has not.
const MAX_AGE = 60_000;

// Half a second in all, and a twentieth.
const ROUNDS = 10;
const ROUNDS_IN_TRANSACTION = 3;

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
  /** Rows that nobody is about to settle: something outside this package has moved them. */
  readonly #lasting = new WeakMap<DataSource, Map<string, Set<string>>>();

  async add(session: Session, key: string, group: CallGroup): Promise<void> {
    const pending = this.#pending.get(session.runner) ?? new Map<string, Pending>();
    this.#pending.set(session.runner, pending);
    const started = Date.now();
    const known = pending.get(key);
    const alone = !known || known.calls <= 0 || started - known.at >= MAX_AGE;
    const note = await (alone
      ? this.#noteSettling(session, key, group)
      : noteUnsettled(session, group.table, group.direction, group.at));
    if (known && !alone) {
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

  /**
   * Rows that another connection's call has just moved are about to be settled, or put back; and a row that is put back may
   * be moved again by the call that comes now, and would pass for one that was unsettled before it. Waits for them. What
   * stays unsettled is known by then, and not waited for again.
   */
  async #noteSettling(session: Session, key: string, group: CallGroup): Promise<Note> {
    const { dataSource } = session.manager;
    const lasting = this.#lasting.get(dataSource) ?? new Map<string, Set<string>>();
    this.#lasting.set(dataSource, lasting);
    // A transaction may not see what others settle, and others may wait for its locks.
    const rounds = session.runner.isTransactionActive ? ROUNDS_IN_TRANSACTION : ROUNDS;
    for (let round = 1; ; round++) {
      const note = await noteUnsettled(session, group.table, group.direction, group.at);
      const known = lasting.get(key);
      if ([...note.rows.keys()].every((row) => known?.has(row))) return note;
      if (round > rounds) {
        lasting.set(key, new Set(note.rows.keys()));
        return note;
      }
      await setTimeout(10 * round);
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
