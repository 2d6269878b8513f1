import { In, type DataSource, type EntityManager } from "typeorm";

import { deletionContext, getSoftDeleteRepository, SoftDeleteLog } from "../../src";
import type { Random } from "../faults/random";
import { Customer, Item, Purchase } from "../faults/shop";
import { PRIVATE } from "./steps";

/** How a call is made. */
export type Way = "own" | "native" | "own in a transaction" | "native in a transaction";

const WAYS: readonly Way[] = [
  ...(["own", "native", "own in a transaction", "native in a transaction"] as const),
];

/** The state of a caller's rows: the deletion of each, by its number; null for an active one. */
interface Expected {
  customer: number | null;
  purchases: (number | null)[];
}

const PURCHASES = 3;

function baseOf(caller: number): number {
  return PRIVATE * (1 + caller);
}

function keys(base: number): number[] {
  return Array.from({ length: PURCHASES }, (_, at) => base + at);
}

/** The rows of so many callers. */
export async function createPrivateRows({ manager }: DataSource, callers: number): Promise<void> {
  for (let caller = 0; caller < callers; caller++) {
    const base = baseOf(caller);
    const ids = keys(base);
    await manager.save(Customer, { id: base });
    await manager.save(
      Purchase,
      ids.map((id) => ({ id, customerId: base })),
    );
    await manager.save(
      Item,
      ids.map((id) => ({ id, purchaseId: id })),
    );
  }
}

/** Rows that one caller alone touches: what was resolved must hold, whatever others do at the same time. */
export class PrivateRows {
  #expected: Expected = {
    customer: null,
    purchases: Array.from({ length: PURCHASES }, () => null),
  };
  #deletions = 0;
  readonly #base: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly random: Random,
    /** Who calls, among all callers of all processes. */
    private readonly caller: number,
    private readonly by: "own" | "native" | undefined,
  ) {
    this.#base = baseOf(caller);
  }

  get #purchases(): number[] {
    return keys(this.#base);
  }

  /** A call that nothing can refuse. Returns how it was made, for what it rejects with. */
  next(): { way: Way; run: (one: Exclusive) => Promise<string[]> } {
    const way = this.random.one(WAYS.filter((one) => one.startsWith(this.by ?? "")))!;
    return { way, run: (one) => this.#step(way, one) };
  }

  async #step(way: Way, exclusive: Exclusive): Promise<string[]> {
    const { expected, call, deletes } = this.#plan(way.startsWith("own"));
    const actor = `caller ${String(this.caller)}`;
    const within = (): Promise<unknown> =>
      deletionContext.run({ actor }, () => call(this.dataSource.manager));
    const inTransaction = (): Promise<unknown> =>
      exclusive(() =>
        this.dataSource.transaction((manager) =>
          deletionContext.run({ actor }, () => call(manager)),
        ),
      );
    await (way.endsWith("transaction") ? inTransaction() : within());
    this.#expected = expected;
    return [...(await this.wrong()), ...(deletes ? await this.#wrongActor(actor) : [])];
  }

  /** What comes next, and what has to be true then. */
  #plan(own: boolean): {
    expected: Expected;
    call: (manager: EntityManager) => Promise<unknown>;
    deletes: boolean;
  } {
    const { customer, purchases } = this.#expected;
    const deletion = ++this.#deletions;
    const at = this.random.below(PURCHASES);
    const one = this.#purchases[at]!;
    const change = (value: number | null): (number | null)[] =>
      purchases.map((before, index) => (index === at ? value : before));
    if (customer !== null) {
      const back = purchases.map((before) => (before === customer ? null : before));
      const expected = { customer: null, purchases: back };
      return { expected, call: restore(own, Customer, this.#base), deletes: false };
    }
    if (purchases[at] !== null) {
      const expected = { customer, purchases: change(null) };
      return { expected, call: restore(own, Purchase, one), deletes: false };
    }
    if (this.random.below(2) === 0) {
      const expected = { customer, purchases: change(deletion) };
      return { expected, call: softDelete(own, Purchase, one), deletes: true };
    }
    const expected = {
      customer: deletion,
      purchases: purchases.map((before) => before ?? deletion),
    };
    return { expected, call: softDelete(own, Customer, this.#base), deletes: true };
  }

  /** Where the rows are not as the last call that resolved has left them. */
  async wrong(): Promise<string[]> {
    const where = { id: In(this.#purchases) };
    const options = { where, withDeleted: true, order: { id: "ASC" as const } };
    const { manager } = this.dataSource;
    const customers = await manager.find(Customer, { ...options, where: { id: this.#base } });
    const purchases = await manager.find(Purchase, options);
    const items = await manager.find(Item, options);
    const ids = [...customers, ...purchases, ...items].map(({ deletionId }) => deletionId);
    const { customer, purchases: expected } = this.#expected;
    const numbers = [customer, ...expected, ...expected];
    if (samePartition(ids, numbers)) return [];
    return [`caller ${String(this.caller)}: ${JSON.stringify(numbers)} is ${JSON.stringify(ids)}`];
  }

  /** The deletion was signed by its caller. */
  async #wrongActor(actor: string): Promise<string[]> {
    const { manager } = this.dataSource;
    const rows = await manager.find(Purchase, {
      where: { id: In(this.#purchases) },
      withDeleted: true,
    });
    const ids = rows.flatMap(({ deletionId }) => (deletionId === null ? [] : [deletionId]));
    const logged = await manager.find(SoftDeleteLog, {
      where: { deletionId: In(ids), action: "soft-delete" },
    });
    const strange = logged.filter((entry) => entry.actor !== actor);
    return strange.map((entry) => `${actor}'s deletion was signed by ${String(entry.actor)}`);
  }
}

/** Runs one thing after the other, where the callers of a data source share one connection. */
export type Exclusive = <Value>(work: () => Promise<Value>) => Promise<Value>;

function softDelete(own: boolean, target: typeof Customer | typeof Purchase, id: number) {
  return (manager: EntityManager): Promise<unknown> =>
    own
      ? getSoftDeleteRepository<Customer | Purchase>(manager, target).softDelete(id)
      : manager.softDelete(target, id);
}

function restore(own: boolean, target: typeof Customer | typeof Purchase, id: number) {
  return (manager: EntityManager): Promise<unknown> =>
    own
      ? getSoftDeleteRepository<Customer | Purchase>(manager, target).restore(id)
      : manager.restore(target, id);
}

/** Whether rows of one number have one id, rows of different numbers different ones, and those of null none. */
function samePartition(
  ids: readonly (string | null)[],
  numbers: readonly (number | null)[],
): boolean {
  if (ids.length !== numbers.length) return false;
  return ids.every((id, at) =>
    ids.every(
      (other, index) =>
        (id === null) === (numbers[at] === null) &&
        (id === other) === (numbers[at] === numbers[index]),
    ),
  );
}
