import type { QueryRunner } from "typeorm";

import { dialectOf } from "../sql";
import { OpenTransaction } from "./open-transaction";
import type { OperationQueue, Turn } from "./operation-queue";
import { Session } from "./session";
import { queueOf } from "./transaction";

/** A transaction, or a savepoint, around a statement that somebody else sends: begun before it, ended after it. */
export class HeldTransaction {
  private constructor(
    private readonly transaction: OpenTransaction,
    private readonly queue: OperationQueue | undefined,
    private readonly turn: Turn | undefined,
  ) {}

  static async open(runner: QueryRunner): Promise<HeldTransaction> {
    const queue = queueOf(runner.manager);
    // Inside of an operation the connection is held already.
    const turn = queue && !queue.isInside ? await queue.acquire() : undefined;
    try {
      const open = (): Promise<OpenTransaction> => OpenTransaction.open(runner);
      const transaction = await (queue && turn ? queue.as(turn, open) : open());
      return new HeldTransaction(transaction, queue, turn);
    } catch (error) {
      if (turn) queue?.release(turn);
      throw error;
    }
  }

  /** Whether it is a transaction of its own, which may be run again. */
  get own(): boolean {
    return this.transaction.own;
  }

  /** The statement is about to be sent: on one connection it is executed at once, if it is sent at all. */
  leave(): void {
    const { turn, transaction } = this;
    if (!turn) return;
    const { singleConnection } = dialectOf(transaction.runner.dataSource);
    turn.away = singleConnection ? () => void this.rollBack(undefined) : "on the server";
  }

  /** Runs a part of the operation. */
  run<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const session = new Session(this.transaction.runner, this.own);
    return this.#inside(() => work(session));
  }

  async commit(): Promise<void> {
    await this.#inside(() => this.transaction.commit());
    this.#release();
  }

  /** Takes everything back, the statement too. Returns what the caller has to be told. */
  async rollBack(error: unknown): Promise<unknown> {
    try {
      return await this.#inside(() => this.transaction.rollBack(error));
    } finally {
      this.#release();
    }
  }

  #inside<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.turn) this.turn.away = undefined;
    return this.queue && this.turn ? this.queue.as(this.turn, work) : work();
  }

  #release(): void {
    if (this.turn) this.queue?.release(this.turn);
  }
}
