import type { AfterQueryEvent, EntityManager, QueryRunner } from "typeorm";

import { authorOf } from "../record/author";
import { refresh } from "../rows/objects";
import { explainConflicts } from "../restore/restore-conflict";
import { restoreMatched, type Matched } from "../restore/restore-matched";
import { doom, isOpen } from "../session/open-transaction";
import { OperationQueue } from "../session/operation-queue";
import { Session } from "../session/session";
import { now } from "../session/settings";
import { transact } from "../session/transaction";
import { managerAfterHooks } from "../typeorm/connections";
import { TickBatches } from "../typeorm/tick-batches";
import { groupsOf, idsOf, objectsOf, softDelete, tableOf, type NotedGroup } from "./call-groups";
import { putBackContrary, settleContrary, without } from "./contrary-rows";
import { FormerStates } from "./former-states";
import { removeInserted, takeBelowInserted } from "./inserted-deletions";
import { byKeyOf, type NativeCall } from "./native-call";
import { movedBy, movedSince, noteUnsettled, type Note } from "./noted-rows";
import { putBackActive, putBackDeleted, putBackLone, putBackRestamped } from "./put-back";

const NOTHING: Note = { moved: new Map(), contrary: [] };

/** Tells calls that name their rows from each other. */
export type RowContexts = Readonly<Record<"ofRows" | "afterRows", (runner: QueryRunner) => object>>;

/**
 * Brings calls whose rows TypeORM names, `save()`, `softRemove()` and `recover()`, to keep the laws: stamps and cascades what they
 * have moved, or takes it back. They are in a transaction of TypeORM's or the caller's, unless he has asked for none.
 */
export class ObjectCalls {
  readonly #before = new TickBatches<NativeCall>();
  readonly #after = new TickBatches<NativeCall>();
  readonly #notes = new WeakMap<object, Map<string, Note>>();
  /** In the after-hooks another subscriber may have begun calls of its own since. */
  readonly #contexts = new WeakMap<object, object>();
  /** The calls that are about to write, or have written some of their rows. */
  readonly #written = new WeakMap<object, readonly NativeCall[]>();
  readonly #former = new FormerStates();
  readonly #work = new WeakMap<QueryRunner, Set<Promise<void>>>();

  constructor(private readonly contexts: RowContexts) {}

  /** A call of TypeORM's own is about to write a row. */
  before(runner: QueryRunner, call: NativeCall): Promise<void> | undefined {
    const context = this.contexts.ofRows(runner);
    const table = tableOf(call);
    if (!table) return undefined;
    if (call.entity) this.#contexts.set(call.entity, context);
    return this.#before.add(context, byKeyOf(table, call), (calls) =>
      this.#track(runner, this.#note(runner, context, calls)),
    );
  }

  /** A call of TypeORM's own has written a row. */
  after(runner: QueryRunner, call: NativeCall): Promise<void> | undefined {
    const table = tableOf(call);
    if (!table) return undefined;
    const noted = call.entity && this.#contexts.get(call.entity);
    const context = noted ?? this.contexts.afterRows(runner);
    return this.#after.add(context, byKeyOf(table, call), (calls) =>
      this.#track(runner, this.#settle(runner, context, calls)),
    );
  }

  /**
   * A statement has failed: where it is one of a call's, after others of it have come through, these are taken back, so that a caller
   * who catches the error and commits his transaction has not half of it.
   */
  async failed({ queryRunner: runner, error }: AfterQueryEvent): Promise<void> {
    const context = this.contexts.afterRows(runner);
    const calls = this.#written.get(context);
    this.#written.delete(context);
    if (!calls || !isOpen(runner)) return;
    const groups = this.#groupsOf(context, calls);
    await this.#track(
      runner,
      this.#takeBack(runner.manager, groups, [], error).then(() => undefined),
    );
  }

  /** Waits for what is at work on a connection, whose transaction is about to be rolled back by somebody else. */
  async drain(runner: QueryRunner): Promise<void> {
    const queue = OperationQueue.known(runner);
    // A listener that ends a transaction of its own is part of what is at work.
    if (queue?.isInside) return;
    const done = Promise.allSettled([...(this.#work.get(runner) ?? [])]);
    // What waits for that transaction's end is not at work.
    await Promise.race([done, queue?.idle() ?? done]);
  }

  #track(runner: QueryRunner, work: Promise<void>): Promise<void> {
    const running = this.#work.get(runner) ?? new Set();
    this.#work.set(runner, running);
    running.add(work);
    return work.finally(() => running.delete(work));
  }

  async #note(runner: QueryRunner, context: object, calls: readonly NativeCall[]): Promise<void> {
    const session = new Session(runner);
    const notes = new Map<string, Note>();
    this.#notes.set(context, notes);
    for (const [key, group] of groupsOf(calls)) {
      notes.set(key, await noteUnsettled(session, group));
      // A single row is one that the caller has passed.
      if (calls.length > 1) await this.#former.read(session, group.table, group.calls);
    }
    this.#written.set(context, calls);
  }

  async #settle(runner: QueryRunner, context: object, calls: readonly NativeCall[]): Promise<void> {
    const inserted = calls.filter((call) => call.inserted !== undefined);
    const moving = calls.filter((call) => call.inserted === undefined);
    const savepoint = inserted.find((call) => call.savepoint)?.savepoint;
    this.#written.delete(context);
    const groups = this.#groupsOf(context, moving);
    // Where another subscriber has thrown, the rows may be written and committed, and have to be settled all the same.
    const manager = await managerAfterHooks(runner);
    try {
      const apply = (): Promise<void> =>
        transact(manager, (session) => this.#apply(session, groups, inserted));
      await explainConflicts(manager, () => (savepoint ? savepoint.end(apply) : apply()));
    } catch (error) {
      const told = await this.#takeBack(manager, groups, inserted, error);
      // Rows that a save() has inserted beside them are not known.
      const left = savepoint?.rolledBack === false && inserted.some((call) => call.save);
      throw left && told === error ? doom(runner, error, undefined) : told;
    }
  }

  #groupsOf(context: object, calls: readonly NativeCall[]): NotedGroup[] {
    const notes = this.#notes.get(context);
    // Of a call that another subscriber has made one there is no note.
    return [...groupsOf(calls)].map(([key, group]) => ({
      ...group,
      note: notes?.get(key) ?? NOTHING,
    }));
  }

  async #apply(
    session: Session,
    groups: readonly NotedGroup[],
    inserted: readonly NativeCall[],
  ): Promise<void> {
    const { dataSource, queryRunner } = session.manager;
    const time = now(dataSource);
    const author = authorOf(dataSource, { data: queryRunner?.data as unknown });
    const context = { parents: "refuse", below: true, now: time, author } as const;
    let moved = 0;
    for (const { table, calls } of groups) {
      moved += await putBackRestamped(session, table, idsOf(calls.filter((call) => call.restamps)));
    }
    const all = groups.flatMap((group) => group.calls);
    const reached = idsOf([...this.#former.reached(session, all).lone]);
    for (const { table, direction, note } of groups) {
      const rows = without(session, table, note.contrary, reached);
      moved += await settleContrary(session, table, direction, rows, context);
    }
    moved += await softDelete(session, inDirection(groups, "deleted"), time, author);
    await takeBelowInserted(session, inserted);
    const own = await this.#putBackReached(session, inDirection(groups, "restored"));
    moved += own.moved;
    for (const matched of own.matched) {
      moved += (await restoreMatched(session, matched, context)).roots;
    }
    if (moved > 0) await refresh(session, groups.flatMap(objectsOf));
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
        const revived = movedSince(session, { ...group, ids: ofOthers }, note);
        await putBackDeleted(session, table, revived);
        moved += ofOthers.length;
      }
      const rows = this.#former.lone(calls.filter((call) => lone.has(call)));
      await putBackLone(session, table, rows);
      moved += rows.length;
      const own = ids && idsOf(calls.filter((call) => !foreign.has(call)));
      const condition = await movedBy(session, { ...group, ids: own }, note);
      matched.push({ table, conditions: [condition], native: true });
    }
    return { matched, moved };
  }

  /** Takes back what TypeORM has written for a call that is refused. Returns what the caller has to be told. */
  async #takeBack(
    manager: EntityManager,
    groups: readonly NotedGroup[],
    inserted: readonly NativeCall[],
    error: unknown,
  ): Promise<unknown> {
    const { queryRunner, dataSource } = manager;
    const inside = queryRunner !== undefined && isOpen(queryRunner);
    const putBack = (over: EntityManager): Promise<void> =>
      transact(over, (session) => this.#putBack(session, groups, inserted));
    try {
      await putBack(manager);
      return error;
    } catch (failed) {
      // Its connection may be dead, on which nothing has been committed where there was a transaction.
      if (inside) return doom(queryRunner, error, failed);
      return putBack(dataSource.manager).then(
        () => error,
        (again: unknown) => new AggregateError([error, again], UNSETTLED, { cause: error }),
      );
    }
  }

  async #putBack(
    session: Session,
    groups: readonly NotedGroup[],
    inserted: readonly NativeCall[],
  ): Promise<void> {
    for (const { table, direction, note } of groups) {
      await putBackContrary(session, table, direction, note.contrary);
    }
    for (const group of inDirection(groups, "deleted")) {
      await putBackActive(session, group.table, await movedBy(session, group, group.note));
    }
    for (const group of inDirection(groups, "restored")) {
      const { table, calls, note } = group;
      await putBackDeleted(session, table, await movedBy(session, group, note));
      await putBackLone(session, table, this.#former.lone(calls));
    }
    await removeInserted(session, inserted);
    // TypeORM has written into them what it has written into their rows.
    const own = groups.map(({ calls }) => ({ calls: calls.filter((call) => call.save !== true) }));
    await refresh(session, own.flatMap(objectsOf));
  }
}

const UNSETTLED =
  "A call of TypeORM's own outside a transaction was refused, and what it had written could not be taken back: its rows are " +
  "unsettled. Run settle() once the database is there again.";

function inDirection(
  groups: readonly NotedGroup[],
  direction: NotedGroup["direction"],
): NotedGroup[] {
  return groups.filter((group) => group.direction === direction);
}
