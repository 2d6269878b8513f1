import type { AfterQueryEvent, BeforeQueryEvent, EntityMetadata, QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import { explainConflicts } from "../restore/restore-conflict";
import { HeldTransaction } from "../session/held-transaction";
import { transact } from "../session/transaction";
import { affectedRows } from "../typeorm/affected-rows";
import { ask, isWatched } from "../typeorm/other-subscribers";
import { updates } from "../typeorm/update-text";
import { CallContexts } from "./call-contexts";
import { tableOf } from "./call-groups";
import { OutOfStep } from "./moved-rows";
import type { NativeCall } from "./native-call";
import { updateWork, type Statement, type StatementWork } from "./settle-statement";

/** A call by criteria: `softDelete()`, `restore()`, `update()`, or of a query builder. */
export interface AnnouncedCall {
  readonly metadata: EntityMetadata;
  /** What it is; undefined for an `update()` that leaves the delete date alone, which is not known before it is sent. */
  readonly read: () => NativeCall | undefined;
  /** Its statement, while other subscribers are asked about it. */
  asks?: string | undefined;
  /** Its statement, once that is about to be sent. */
  open?: Open | undefined;
  over: boolean;
}

interface Open {
  readonly text: string;
  readonly started: number;
  readonly held: HeldTransaction;
  /** What is left to do once the statement has come through. */
  readonly work: StatementWork;
}

/**
 * Makes a call by criteria one transaction with what it has to take along: TypeORM awaits `beforeQuery` before it sends the
 * statement, and `afterQuery` before it goes on. Inside of the caller's transaction it is a savepoint.
 */
export class StatementCalls {
  constructor(private readonly contexts: CallContexts<AnnouncedCall>) {}

  /** A before-hook tells of a call, and nothing of its rows. */
  announce(
    runner: QueryRunner,
    metadata: EntityMetadata,
    read: () => NativeCall | undefined,
  ): void {
    this.contexts.announce(runner, { metadata, read, over: false });
  }

  /** In `beforeQuery`: undefined where the statement is not that of a call. */
  before(event: BeforeQueryEvent): Promise<void> | undefined {
    const { queryRunner, query } = event;
    if (this.contexts.find(queryRunner, (call) => call.asks === query)) return undefined;
    // One that another subscriber has made in its hook is nested, and may have ended without a statement of its own.
    const found = this.contexts.find(
      queryRunner,
      (one) => !one.over && sentBy(one, query) !== undefined,
    );
    const call = found && sentBy(found, query);
    return found && call && this.#open(event, found, updateWork(call, query));
  }

  /** In `afterQuery`: undefined where the statement is not that of a call. */
  after(event: AfterQueryEvent): Promise<void> | undefined {
    const { queryRunner, query } = event;
    const found = this.contexts.find(queryRunner, ({ open }) => open?.text === query);
    if (!found?.open) return undefined;
    const { open } = found;
    found.open = undefined;
    return this.#close(event, open);
  }

  async #open(
    event: BeforeQueryEvent,
    announced: AnnouncedCall,
    work: StatementWork,
  ): Promise<void> {
    announced.over = true;
    // Where another subscriber refuses the statement, there must be nothing open that nobody would close.
    if (isWatched(event)) {
      announced.asks = event.query;
      await ask(event).finally(() => (announced.asks = undefined));
    }
    const held = await HeldTransaction.open(event.queryRunner);
    try {
      await held.run((session) => work.prepare(session));
    } catch (error) {
      throw await held.rollBack(error);
    }
    held.leave();
    announced.open = { text: event.query, started: performance.now(), held, work };
  }

  async #close(event: AfterQueryEvent, { held, work, ...open }: Open): Promise<void> {
    const { manager } = event;
    if (!event.success) {
      const told = await held.rollBack(event.error);
      if (told !== event.error) throw told;
      return;
    }
    const statement: Statement = {
      text: open.text,
      parameters: (event.parameters ?? []) as unknown[],
      affected: affectedRows(event.rawResults),
      seconds: (performance.now() - open.started) / 1000,
    };
    await explainConflicts(manager, async () => {
      try {
        await held.run((session) => work.settle(session, statement));
        await held.commit();
      } catch (error) {
        const told = await held.rollBack(error);
        const retried = held.own && dialectOf(manager.dataSource).isRetryable(error);
        if (told !== error || !(retried || error instanceof OutOfStep)) throw told;
        await transact(manager, (session) => work.again(session, statement));
      }
    });
  }
}

/** Whether the statement of a call is on its way. */
export function isUnderWay({ asks, open }: AnnouncedCall): boolean {
  return asks !== undefined || open !== undefined;
}

/** What the call is whose statement it is. @throws SoftDeleteCriteriaError where it is refused. */
function sentBy(announced: AnnouncedCall, query: string): NativeCall | undefined {
  const { metadata, read } = announced;
  const date = metadata.deleteDateColumn;
  if (!date || !query.includes("UPDATE ") || !updates(query, metadata, date)) return undefined;
  try {
    const call = read();
    return call && tableOf(call) ? call : undefined;
  } catch (error) {
    // What its caller sends next is none of it.
    announced.over = true;
    throw error;
  }
}
