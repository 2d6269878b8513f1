import type { EntityManager, QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import { authorOf } from "../record/author";
import { refresh } from "../rows/objects";
import { OperationQueue } from "../session/operation-queue";
import { putBackActive, putBackDeleted, putBackLone, putBackStray } from "./put-back";
import { explainConflicts } from "../restore/restore-conflict";
import { restoreMatched, type Matched } from "../restore/restore-matched";
import { Session } from "../session/session";
import { now } from "../session/settings";
import { transact } from "../session/transaction";
import { managerAfterHooks } from "../typeorm/connections";
import { TickBatches } from "../typeorm/tick-batches";
import { groupsOf, idsOf, movedBy, objectsOf, softDelete, tableOf } from "./call-groups";
import { FormerStates } from "./former-states";
import { removeInserted, takeBelowInserted } from "./inserted-deletions";
import { byKeyOf, type NativeCall } from "./native-call";
import { Notes, type NotedGroup } from "./notes";
import { movedSince } from "./moved-rows";

/** Brings TypeORM's own soft deletes and restores to keep the laws: stamps, cascades, or takes back what they did. */
export class NativeCalls {
  readonly #before = new TickBatches<NativeCall>();
  readonly #after = new TickBatches<NativeCall>();
  readonly #notes = new Notes();
  readonly #former = new FormerStates();
  readonly #work = new WeakMap<QueryRunner, Set<Promise<void>>>();

  /** A call of TypeORM's own is about to write. */
  before(runner: QueryRunner, call: NativeCall): Promise<void> | undefined {
    const table = tableOf(call);
    if (!table) return undefined;
    return this.#before.add(runner, byKeyOf(table, call), (calls) =>
      this.#track(runner, this.#note(runner, calls)),
    );
  }

  /** A call of TypeORM's own has written. */
  after(runner: QueryRunner, call: NativeCall): Promise<void> | undefined {
    const table = tableOf(call);
    if (!table) return undefined;
    return this.#after.add(runner, byKeyOf(table, call), (calls) =>
      this.#track(runner, this.#settle(runner, calls)),
    );
  }

  /** Waits for what is at work on a connection, whose transaction is about to be rolled back by somebody else. */
  async drain(runner: QueryRunner): Promise<void> {
    await Promise.allSettled([...(this.#work.get(runner) ?? [])]);
  }

  /** A transaction has ended: calls of it that failed have left their notes. */
  forget(runner: QueryRunner): void {
    if (!runner.isTransactionActive) this.#notes.forget(runner);
  }

  #track(runner: QueryRunner, work: Promise<void>): Promise<void> {
    const running = this.#work.get(runner) ?? new Set();
    this.#work.set(runner, running);
    running.add(work);
    return work.finally(() => running.delete(work));
  }

  async #note(runner: QueryRunner, calls: readonly NativeCall[]): Promise<void> {
    const { dataSource } = runner.manager;
    if (dialectOf(dataSource).singleConnection) await OperationQueue.of(dataSource).leaveRoom();
    const session = new Session(runner);
    for (const [key, group] of groupsOf(calls)) {
      await this.#notes.add(session, key, group);
      // A single row is one that the caller has passed.
      if (calls.length > 1) await this.#former.read(session, group.table, group.calls);
    }
  }

  async #settle(runner: QueryRunner, calls: readonly NativeCall[]): Promise<void> {
    const inserted = calls.filter((call) => call.inserted !== undefined);
    const moving = calls.filter((call) => call.inserted === undefined);
    const taken = [...groupsOf(moving)].map(([key, group]) => this.#notes.take(runner, key, group));
    // Where another subscriber has thrown, the rows are written and committed, and have to be settled all the same.
    const manager = await managerAfterHooks(runner);
    const groups: NotedGroup[] = [];
    for (const noted of taken) groups.push(await this.#notes.complete(manager, noted));
    await this.#apply(manager, groups, inserted);
  }

  async #apply(
    manager: EntityManager,
    groups: readonly NotedGroup[],
    inserted: readonly NativeCall[],
  ): Promise<void> {
    const deleted = groups.filter((group) => group.direction === "deleted");
    const restored = groups.filter((group) => group.direction === "restored");
    const time = now(manager.dataSource);
    const author = authorOf(manager.dataSource, { data: manager.queryRunner?.data as unknown });
    const context = { parents: "refuse", below: true, now: time, author } as const;
    try {
      await explainConflicts(manager, () =>
        transact(manager, async (session) => {
          for (const group of deleted) await putBackStray(session, group.table, group.note.since);
          let moved = await softDelete(session, deleted, time, author);
          await takeBelowInserted(session, inserted);
          const own = await this.#putBackReached(session, restored);
          moved += own.moved;
          for (const matched of own.matched) {
            moved += (await restoreMatched(session, matched, context)).roots;
          }
          if (moved > 0) await refresh(session, groups.flatMap(objectsOf));
        }),
      );
    } catch (error) {
      await transact(manager, async (session) => {
        await this.#putBack(session, deleted, restored);
        await removeInserted(session, inserted);
        // TypeORM has written into them what it has written into their rows.
        const own = groups.map((group) => ({
          ...group,
          calls: group.calls.filter((call) => call.save !== true),
        }));
        await refresh(session, own.flatMap(objectsOf));
      }).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Marks as deleted again what TypeORM's own cascade has revived: of that, what belongs to the deletions of the objects
   * that the caller passed comes back with them, and nothing else.
   */
  async #putBackReached(
    session: Session,
    groups: readonly NotedGroup[],
  ): Promise<{ matched: Matched[]; moved: number }> {
    const { foreign, lone } = this.#former.reached(
      session,
      groups.flatMap((group) => group.calls),
    );
    let moved = 0;
    const matched: Matched[] = [];
    for (const group of groups) {
      const { table, note, ids, calls } = group;
      const ofOthers = idsOf(calls.filter((call) => foreign.has(call)));
      if (ofOthers.length > 0) {
        await putBackDeleted(
          session,
          table,
          movedSince(session, table, "restored", note, ofOthers),
        );
        moved += ofOthers.length;
      }
      const rows = this.#former.lone(calls.filter((call) => lone.has(call)));
      await putBackLone(session, table, rows);
      moved += rows.length;
      const own = ids && idsOf(calls.filter((call) => !foreign.has(call)));
      const condition = await movedBy(session, { ...group, ids: own });
      matched.push({ table, conditions: [condition], native: true });
    }
    return { matched, moved };
  }

  /** Takes back what TypeORM has done in a call that is refused. */
  async #putBack(
    session: Session,
    deleted: readonly NotedGroup[],
    restored: readonly NotedGroup[],
  ): Promise<void> {
    for (const group of deleted) {
      await putBackStray(session, group.table, group.note.since);
      await putBackActive(session, group.table, await movedBy(session, group));
    }
    for (const group of restored) {
      const { table, calls } = group;
      await putBackDeleted(session, table, await movedBy(session, group));
      await putBackLone(session, table, this.#former.lone(calls));
    }
  }
}
