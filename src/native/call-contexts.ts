import { AsyncLocalStorage } from "node:async_hooks";

import type { QueryRunner } from "typeorm";

/** What one call of TypeORM's own carries from hook to hook: TypeORM sends its statements in the async context of its hooks. */
export interface CallContext<Call> {
  readonly runner: QueryRunner;
  /** A call by criteria; undefined for `save()` and its like, whose rows the hooks name. */
  readonly call: Call | undefined;
  readonly outer: CallContext<Call> | undefined;
  /** How many are outside of it. */
  readonly depth: number;
  /** Whether its hooks are still being called. */
  fresh: boolean;
}

const MOST_NESTED = 8;

/** Tells calls of TypeORM's own from each other that are at work at the same time, be it on the same connection. */
export class CallContexts<Call> {
  readonly #storage = new AsyncLocalStorage<CallContext<Call>>();

  constructor(
    /** Whether a call's statement is on its way. */
    private readonly isUnderWay: (call: Call) => boolean,
  ) {}

  /** A before-hook tells of a call by criteria. */
  announce(runner: QueryRunner, call: Call): void {
    this.#enter(runner, call);
  }

  /** A before-hook tells of one row of a call that tells of each: all of them in one turn. */
  ofRows(runner: QueryRunner): CallContext<Call> {
    const known = this.#storage.getStore();
    if (known?.runner === runner && known.fresh && !known.call) return known;
    return this.#enter(runner, undefined);
  }

  /** In an after-hook: what {@link ofRows} was told before. */
  afterRows(runner: QueryRunner): object {
    const contexts = [...this.#contexts(runner)];
    return contexts.find(({ call }) => !call) ?? contexts[0] ?? runner;
  }

  /** The innermost call by criteria in whose context the caller is. */
  find(runner: QueryRunner, isIt: (call: Call) => boolean): Call | undefined {
    for (const { call } of this.#contexts(runner)) if (call && isIt(call)) return call;
    return undefined;
  }

  *#contexts(runner: QueryRunner): Generator<CallContext<Call>> {
    for (let context = this.#storage.getStore(); context; context = context.outer) {
      if (context.runner === runner) yield context;
    }
  }

  #enter(runner: QueryRunner, call: Call | undefined): CallContext<Call> {
    const known = this.#storage.getStore();
    // What another subscriber calls in its own hooks is nested; whatever else came before has ended.
    const nested = known && (known.fresh || !known.call || this.isUnderWay(known.call));
    // So are calls that are started in one turn, as far as can be told: of those no more than a few are kept.
    const outer = nested && known.depth < MOST_NESTED ? known : undefined;
    const context = { runner, call, outer, depth: (outer?.depth ?? -1) + 1, fresh: true };
    this.#storage.enterWith(context);
    queueMicrotask(() => {
      context.fresh = false;
    });
    return context;
  }
}
