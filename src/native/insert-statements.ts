import type {
  AfterQueryEvent,
  BeforeQueryEvent,
  InsertEvent,
  ObjectLiteral,
  QueryRunner,
} from "typeorm";

import { isHeard } from "../record/listeners";
import { explainConflicts } from "../restore/restore-conflict";
import { HeldTransaction } from "../session/held-transaction";
import { doom, isOpen } from "../session/open-transaction";
import { Savepoint } from "../session/savepoint";
import { transact } from "../session/transaction";
import { dialectOf } from "../sql";
import { affectedRows } from "../typeorm/affected-rows";
import { insertedObject, isSaved } from "../typeorm/hook-events";
import { reads } from "../typeorm/insert-text";
import { ask, isWatched } from "../typeorm/other-subscribers";
import { hasBelow } from "./inserted-deletions";
import { InsertedRows, type Frame, type Insert, type Inserted } from "./inserted-rows";
import { insertWork } from "./insert-work";
import type { Statement } from "./settle-statement";

/**
 * Makes an insert of deleted rows one operation with what it leaves to do. By itself, and as an upsert, it is one transaction, or a
 * savepoint in the caller's, from `beforeQuery` to the after-hook. In a transaction it may be one of several statements of a `save()`,
 * which TypeORM sends one after the other: these have a savepoint.
 */
export class InsertStatements {
  readonly rows = new InsertedRows();
  readonly #savepoints = new WeakMap<QueryRunner, Set<Insert>>();

  /** In `beforeQuery`: undefined where the statement is none that inserts deleted rows. */
  before(event: BeforeQueryEvent): Promise<void> | undefined {
    const { queryRunner, query } = event;
    const insert = this.rows.current(queryRunner);
    this.#mix(queryRunner, insert, query);
    if (!insert) return undefined;
    // What holds the connection is the insert itself.
    if (insert.asks === query) return insert.frame && Promise.resolve();
    if (insert.frame) return this.#read(event, insert, insert.frame);
    const asked = this.#askBefore(event, insert);
    if (asked) return asked;
    const written = this.rows.written(insert, query);
    const made = written.filter((row) => row.deletion);
    const heard = made.length > 0 && isHeard(event.manager, "afterSoftDelete");
    const open = written.some((row) => row.open);
    if (open || (heard && !isOpen(queryRunner))) return this.#open(event, insert, written);
    const left = heard || made.some(({ table }) => hasBelow(event.manager, table));
    if (!left || insert.savepoint || !isOpen(queryRunner)) return undefined;
    return this.#set(event, insert, written);
  }

  /** In `afterQuery`: undefined where there is nothing to be done about the statement. */
  after(event: AfterQueryEvent): Promise<void> | undefined {
    const { queryRunner, query, success } = event;
    const insert = this.rows.current(queryRunner);
    if (!insert) return undefined;
    const { frame, savepoint } = insert;
    if (frame && !frame.settled && frame.text === query) return this.#settle(event, insert, frame);
    if (frame && frame.reads === query) return this.#hasRead(event, insert, frame);
    return success || !savepoint || savepoint.ending
      ? undefined
      : this.#failed(event, insert, savepoint);
  }

  /** In `afterInsert`: undefined where nothing is held. */
  end(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    const insert = this.rows.current(event.queryRunner);
    // What the caller does afterwards goes on in the same context.
    if (!insert || !this.rows.knows(insertedObject(event))) return undefined;
    if (insert.failed !== undefined) return Promise.reject(insert.failed);
    const { frame, savepoint } = insert;
    if (savepoint && !savepoint.ending && !isSaved(event)) {
      if (insert.others > 0) savepoint.mixed = true;
      if (!isHeard(event.manager, "afterSoftDelete"))
        return (insert.end ??= savepoint.end(nothing));
    }
    return frame && this.#commit(insert, frame);
  }

  /** The transaction of a connection has ended. */
  ended(runner: QueryRunner): void {
    if (!runner.isTransactionActive) this.#savepoints.delete(runner);
  }

  /** What others send over a connection is mixed with what a `save()` does there. */
  #mix(runner: QueryRunner, current: Insert | undefined, query: string): void {
    for (const insert of this.#savepoints.get(runner) ?? []) {
      const { savepoint } = insert;
      if (savepoint?.ending !== false) this.#savepoints.get(runner)?.delete(insert);
      else if (insert !== current) savepoint.mixed = true;
      else if (!/^(?:SELECT|SAVEPOINT)\b/.test(query)) insert.others += 1;
    }
  }

  async #open(
    event: BeforeQueryEvent,
    insert: Insert,
    written: readonly Inserted[],
  ): Promise<void> {
    await askOthers(event, insert);
    const held = await HeldTransaction.open(event.queryRunner);
    const work = insertWork(written);
    try {
      await held.run((session) => work.prepare(session));
    } catch (error) {
      throw await held.rollBack(error);
    }
    held.leave();
    insert.frame = {
      ...{ held, work, rows: written, text: event.query, started: performance.now() },
      ...{ settled: false, reads: undefined },
    };
  }

  async #set(event: BeforeQueryEvent, insert: Insert, written: readonly Inserted[]): Promise<void> {
    const savepoint = await Savepoint.set(event.queryRunner);
    if (!savepoint) {
      if (isHeard(event.manager, "afterSoftDelete")) await this.#open(event, insert, written);
      return;
    }
    insert.savepoint = savepoint;
    const all = this.#savepoints.get(event.queryRunner) ?? new Set();
    this.#savepoints.set(event.queryRunner, all.add(insert));
  }

  /** TypeORM reads what the database has made of the rows: that belongs to the insert. */
  #read(event: BeforeQueryEvent, insert: Insert, frame: Frame): Promise<void> | undefined {
    const { query } = event;
    const [row] = frame.rows;
    if (!frame.settled || !row || !reads(query, row.call.metadata)) return undefined;
    frame.reads = query;
    return askOthers(event, insert).then(
      () => {
        frame.held.leave();
      },
      async (error: unknown) => {
        throw await this.#rollBack(insert, frame, error);
      },
    );
  }

  /** The same in a savepoint, where other subscribers may refuse it, of which nobody tells. */
  #askBefore(event: BeforeQueryEvent, insert: Insert): Promise<void> | undefined {
    const { savepoint, turn } = insert;
    if (!savepoint || savepoint.ending || !isWatched(event)) return undefined;
    if (!turn.rows.some(({ call }) => reads(event.query, call.metadata))) return undefined;
    return askOthers(event, insert).catch(async (error: unknown) => {
      insert.failed = error as Error;
      throw await savepoint.rollBack(error);
    });
  }

  async #hasRead(event: AfterQueryEvent, insert: Insert, frame: Frame): Promise<void> {
    frame.reads = undefined;
    if (event.success) {
      this.#commitLater(insert, frame);
      return;
    }
    const told = await this.#rollBack(insert, frame, event.error);
    if (told !== event.error) throw told;
  }

  async #settle(event: AfterQueryEvent, insert: Insert, frame: Frame): Promise<void> {
    const { held, work, started, text } = frame;
    const { manager } = event;
    if (!event.success) {
      const told = await this.#rollBack(insert, frame, event.error);
      if (told !== event.error) throw told;
      return;
    }
    const statement: Statement = {
      text,
      parameters: (event.parameters ?? []) as unknown[],
      affected: affectedRows(event.rawResults),
      seconds: (performance.now() - started) / 1000,
    };
    await explainConflicts(manager, async () => {
      try {
        await held.run((session) => work.settle(session, statement));
        frame.settled = true;
        this.#commitLater(insert, frame);
      } catch (error) {
        const told = await this.#rollBack(insert, frame, error);
        const retried = held.own && dialectOf(manager.dataSource).isRetryable(error);
        // TypeORM has taken the keys that the database has made from the first one.
        if (told !== error || !retried || !frame.rows.every((row) => row.keyed)) throw told;
        await transact(manager, (session) => work.again(session, statement));
        insert.failed = undefined;
      }
    });
  }

  /** Where TypeORM neither reads nor calls the after-hook, since something has failed there. */
  #commitLater(insert: Insert, frame: Frame): void {
    setImmediate(() => {
      if (insert.frame !== frame || frame.reads !== undefined) return;
      void this.#commit(insert, frame).catch(() => undefined);
    });
  }

  #commit(insert: Insert, frame: Frame): Promise<void> {
    const commit = async (): Promise<void> => {
      try {
        await frame.held.commit();
      } catch (error) {
        throw await frame.held.rollBack(error);
      } finally {
        insert.frame = undefined;
      }
    };
    return (frame.end ??= commit());
  }

  #rollBack(insert: Insert, { held }: Frame, error: unknown): Promise<unknown> {
    insert.frame = undefined;
    insert.failed = error as Error;
    return held.rollBack(error);
  }

  /** A later statement of a `save()`: the caller may catch the error, and commit his transaction. */
  async #failed(event: AfterQueryEvent, insert: Insert, savepoint: Savepoint): Promise<void> {
    insert.failed = event.error as Error;
    const { inserts, others, turn } = insert;
    const writes = others - (event.query.startsWith("SELECT ") ? 0 : 1);
    // As far as can be told it is the caller's, who went on behind an insert that another subscriber has let fail.
    if (inserts === 1 && writes > 0 && others > turn.told) savepoint.mixed = true;
    let told = await savepoint.rollBack(event.error);
    // Of an insert whose only statement has failed there is nothing to be taken back.
    const written = inserts > 1 || others > 0;
    if (savepoint.mixed && written) told = doom(event.queryRunner, event.error, undefined);
    if (told !== event.error) throw told;
  }
}

const nothing = (): Promise<void> => Promise.resolve();

/** Where another subscriber refuses the statement, there must be nothing open that nobody would close. */
async function askOthers(event: BeforeQueryEvent, insert: Insert): Promise<void> {
  if (!isWatched(event)) return;
  insert.asks = event.query;
  await ask(event).finally(() => (insert.asks = undefined));
}
