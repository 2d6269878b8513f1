import { setImmediate } from "node:timers/promises";

import type { DataSource, QueryRunner } from "typeorm";

import { ConnectionBusyError } from "../errors";
import { isInTransaction } from "../typeorm/transactions";
import { sharedOf, type Application, type Shared, type Turn } from "./shared-queues";

export type { Turn } from "./shared-queues";

interface Waiter {
  readonly inside: boolean;
  /** Whether it is a statement of somebody else's, and begins no transaction. */
  readonly alone: boolean;
  readonly start: (turn: Turn) => void;
  readonly fail: (error: Error) => void;
  readonly turn: Turn;
}

const LOOK = 50;
const STARTING = 1000;

/**
 * Lets operations hold a connection one after the other, and holds back what others send over it meanwhile. SQLite has one
 * connection for each data source, and TypeORM interleaves the transactions of parallel calls on it; elsewhere parallel calls
 * share the connection of a transaction.
 */
export class OperationQueue {
  /** How long those who wait put up with a connection over which nothing is sent, in milliseconds. */
  static limit = 30_000;

  readonly #waiting: Waiter[] = [];
  #current: Turn | undefined;
  /** Statements of the operation at work that the database has not answered. */
  #sent = 0;
  /** Whether the operation at work has not begun yet. */
  #apart = false;
  #lastSign = 0;
  #looking: NodeJS.Timeout | undefined;
  /** Counts the transactions of the application's. */
  #generation = 0;
  /** One that has been let through, and is not there yet: until then nothing else is. */
  #starting: Application | undefined;
  /** The connection, where all callers of the data source share it. */
  #single: QueryRunner | undefined;

  private constructor(private readonly shared: Shared<OperationQueue>) {}

  /** The queue of all callers of a data source, which has one connection. */
  static ofDataSource(dataSource: DataSource, runner: QueryRunner): OperationQueue {
    const queue = this.#of(dataSource, dataSource);
    queue.#single = runner;
    return queue;
  }

  /** The queue of those who call over one connection of several. */
  static ofConnection(runner: QueryRunner): OperationQueue {
    return this.#of(runner.dataSource, runner);
  }

  /** The queue of a connection over which there have been operations. */
  static known(runner: QueryRunner): OperationQueue | undefined {
    const { dataSource } = runner;
    const { queues } = sharedOf<OperationQueue>(dataSource);
    return queues.get(dataSource) ?? queues.get(runner);
  }

  static #of(dataSource: DataSource, owner: DataSource | QueryRunner): OperationQueue {
    const shared = sharedOf<OperationQueue>(dataSource);
    const queue = shared.queues.get(owner) ?? new OperationQueue(shared);
    shared.queues.set(owner, queue);
    return queue;
  }

  /** Whether the caller is part of what holds the connection: not what that has only left behind, such as a timer. */
  get isInside(): boolean {
    let turn = this.shared.turns.getStore();
    while (turn && (turn.queue !== this || turn.ended)) turn = turn.outer;
    return turn !== undefined;
  }

  /** Runs after everything that came before; at once when called from inside an operation of this queue. */
  async run<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.isInside) return operation();
    const turn = await this.acquire();
    try {
      return await this.as(turn, operation);
    } finally {
      this.release(turn);
    }
  }

  /** The same, for what somebody else's statement follows at once: nothing comes between. */
  async runAndLetFollow<Result>(operation: () => Promise<Result>): Promise<Result> {
    const turn = await this.acquire();
    try {
      return await this.as(turn, operation);
    } finally {
      this.#releaseSoon(turn);
    }
  }

  /**
   * Holds the connection until {@link release}.
   *
   * @throws ConnectionBusyError where who holds it sends nothing any more.
   */
  acquire(alone = false, inside = this.#isInApplication()): Promise<Turn> {
    const turn: Turn = { queue: this, outer: this.shared.turns.getStore(), ended: false };
    return new Promise((start, fail) => {
      if (this.#waiting.length === 0) this.#sign();
      this.#waiting.push({ inside, alone, start, fail, turn });
      this.#next();
      if (this.#waiting.length > 0) this.#look();
    });
  }

  /** Runs something as part of what holds the connection. */
  as<Result>(turn: Turn, work: () => Result): Result {
    return this.shared.turns.run(turn, work);
  }

  release(turn: Turn): void {
    turn.ended = true;
    if (this.#current === turn) this.#current = undefined;
    this.#sign();
    this.#next();
  }

  /**
   * Holds back a statement, or the start of a transaction, of somebody else's until it fits between two operations. Undefined
   * where nothing is in its way.
   */
  pass(starts = false): Promise<void> | undefined {
    // Operations that wait for a transaction of the application's must not keep that from its end.
    const free = starts
      ? !this.#current && !this.#starting && this.#waiting.length === 0
      : !this.#current || this.#apart;
    const inside = this.isInside || (this.#current === undefined && this.#isInApplication());
    if (!free && !inside && !this.#isStarting()) return this.#passLater(starts);
    this.#sign();
    return undefined;
  }

  /** A statement of the operation at work is sent. */
  async sending<Result>(send: () => Promise<Result>): Promise<Result> {
    this.#sent += 1;
    try {
      return await send();
    } finally {
      this.#sent -= 1;
      this.#sign();
    }
  }

  /** The operation at work waits for another process before its transaction begins: statements of others pass meanwhile. */
  async apart(wait: () => Promise<void>): Promise<void> {
    this.#apart = true;
    for (const waiter of this.#waiting.filter(({ alone }) => alone)) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.start(waiter.turn);
    }
    await this.sending(wait).finally(() => (this.#apart = false));
  }

  /**
   * The application starts a transaction: what its caller does from here on is inside. To be called synchronously; what it returns
   * once the transaction is let through.
   */
  applicationEnters(): () => void {
    const application: Application = { queue: this, generation: Number.NaN };
    this.shared.applications.enterWith(application);
    return () => {
      // One that comes into another becomes a savepoint of it.
      if (!this.#isApplicationActive) this.#generation += 1;
      application.generation = this.#generation;
      this.#starting = application;
      // It is there by then, or has failed unseen.
      setTimeout(() => {
        if (this.#starting === application) this.applicationStarted();
      }, STARTING).unref();
    };
  }

  /** It is there, or has failed. */
  applicationStarted(): void {
    this.#starting = undefined;
    this.#next();
  }

  /** Until no operation holds the connection. */
  async idle(): Promise<void> {
    while (this.#current) await setImmediate();
  }

  /** A transaction of the application's has ended, or a savepoint of it. */
  applicationEnded(): void {
    this.#sign();
    this.applicationStarted();
  }

  async #passLater(starts: boolean): Promise<void> {
    // What starts behind another that is not there yet becomes a savepoint of that.
    const turn = await this.acquire(!starts, (starts && this.#starting !== undefined) || undefined);
    this.#releaseSoon(turn);
  }

  /** Once the statement that follows has been sent. */
  #releaseSoon(turn: Turn): void {
    void setImmediate().then(() => {
      this.release(turn);
    });
  }

  #next(): void {
    if (this.#current || this.#starting) return;
    // One that is inside does not wait for those who wait for its end.
    const active = this.#isApplicationActive;
    const index = active ? this.#waiting.findIndex((waiter) => waiter.inside) : 0;
    const [waiter] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!waiter) return;
    this.#current = waiter.turn;
    waiter.start(waiter.turn);
  }

  get #isApplicationActive(): boolean {
    return Boolean(this.#single && (this.#starting ?? isInTransaction(this.#single)));
  }

  /** Whether it is the caller's transaction that has been let through: what begins it must not wait behind others again. */
  #isStarting(): boolean {
    return this.#starting !== undefined && this.shared.applications.getStore() === this.#starting;
  }

  #isInApplication(): boolean {
    const inside = this.shared.applications.getStore();
    return (
      inside?.queue === this && inside.generation === this.#generation && this.#isApplicationActive
    );
  }

  #sign(): void {
    this.#lastSign = Date.now();
  }

  /** Looks after those who wait: a transaction may end unseen, and who holds the connection may never. */
  #look(): void {
    this.#looking ??= setInterval(() => {
      this.#next();
      const waited = Date.now() - this.#lastSign;
      const away = this.#current?.away;
      if (this.#sent === 0 && away !== "on the server" && waited > OperationQueue.limit) {
        const holder = this.#current ? "operation" : "transaction";
        if (away) away();
        else
          for (const { fail } of this.#waiting.splice(0))
            fail(new ConnectionBusyError(holder, waited));
      }
      if (this.#waiting.length > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    }, LOOK);
  }
}
