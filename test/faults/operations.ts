import type { EntityManager, EntityTarget } from "typeorm";
import type { QueryDeepPartialEntity } from "typeorm/query-builder/QueryPartialEntity";

import { getSoftDeleteRepository, SoftDeleteManager, type SoftDeleteRepository } from "../../src";
import type { Random } from "./random";
import { BINDINGS, Branch, Customer, Item, Purchase, Shop } from "./shop";
import type { Row, Rows } from "./world";

export const CONTEXTS = ["autocommit", "transaction"] as const;

/** By itself, or in a transaction of the caller's. */
export type Context = (typeof CONTEXTS)[number];

/** Runs what is not part of the call: no fault happens in it. */
export type Aside = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** A call, on the data source's manager or in a transaction. */
export type Call = (manager: EntityManager, aside: Aside) => Promise<unknown>;

export interface Operation {
  readonly name: string;
  /** Of the package, or a call of TypeORM's own that the subscriber completes. */
  readonly by: "own" | "native";
  /** Works in several transactions: what it has done so far may stay. */
  readonly batches?: boolean;
  /** What plain SQL does to the rows before it. */
  readonly arrange?: readonly string[];
  /** The call on rows of a world; undefined where the world has none for it. */
  readonly on: (pick: Pick) => Call | undefined;
}

type Numbered = Row & { readonly id: number };

type Target = Shop | Branch | Customer | Purchase | Item;

/** Chooses rows of a world by a seed. */
export class Pick {
  constructor(
    private readonly rows: Rows,
    readonly random: Random,
  ) {}

  active(table: keyof Rows): number | undefined {
    return this.#one(table, (row) => row["deletedAt"] === null);
  }

  /** An active row that an active invoice restrains. */
  restrained(): number | undefined {
    const held = this.rows.invoice.filter((row) => row["deletedAt"] === null);
    return this.#one("purchase", (row) => held.some((invoice) => invoice["purchaseId"] === row.id));
  }

  /** A deleted row, all parents of which are active. */
  top(table: keyof Rows): number | undefined {
    return this.#one(table, (row) => row["deletedAt"] !== null && !this.#isBelow(table, row));
  }

  /** A deleted row below a deleted one. */
  below(table: keyof Rows): number | undefined {
    return this.#one(table, (row) => row["deletedAt"] !== null && this.#isBelow(table, row));
  }

  deletionOf(table: keyof Rows, id: number | undefined): string | undefined {
    return this.#numbered(table).find((row) => row.id === id)?.["deletionId"] as string | undefined;
  }

  #isBelow(table: keyof Rows, row: Row): boolean {
    return BINDINGS.some(({ child, column, parent }) => {
      if (child !== table || row[column] === null) return false;
      const above = this.#numbered(parent as keyof Rows).find(({ id }) => id === row[column]);
      return above?.["deletedAt"] !== null;
    });
  }

  #one(table: keyof Rows, fits: (row: Numbered) => boolean): number | undefined {
    return this.random.one(this.#numbered(table).filter(fits))?.id;
  }

  #numbered(table: keyof Rows): readonly Numbered[] {
    return this.rows[table] as readonly Numbered[];
  }
}

type Chosen = (pick: Pick) => number | undefined;

const activeShop: Chosen = (pick) => pick.active("shop");
const activeBranch: Chosen = (pick) => pick.active("branch");
const restrained: Chosen = (pick) => pick.restrained();
const belowPurchase: Chosen = (pick) => pick.below("purchase");

function topOf(table: keyof Rows): Chosen {
  return (pick) => pick.top(table);
}

/** An operation on one row that a world may have. */
function onRow(
  by: Operation["by"],
  name: string,
  chosen: Chosen,
  call: (manager: EntityManager, id: number, aside: Aside) => Promise<unknown>,
): Operation {
  const on = (pick: Pick): Call | undefined => {
    const id = chosen(pick);
    return id === undefined ? undefined : (manager, aside) => call(manager, id, aside);
  };
  return { by, name, on };
}

function own<Entity extends Target>(
  name: string,
  target: EntityTarget<Entity>,
  chosen: Chosen,
  call: (repository: SoftDeleteRepository<Entity>, id: number) => Promise<unknown>,
): Operation {
  return onRow("own", name, chosen, (manager, id) =>
    call(getSoftDeleteRepository(manager, target), id),
  );
}

/** The same on the object of the row. */
function ownOn<Entity extends Target>(
  name: string,
  target: EntityTarget<Entity>,
  chosen: Chosen,
  call: (repository: SoftDeleteRepository<Entity>, entity: Entity) => Promise<unknown>,
): Operation {
  return onRow("own", name, chosen, async (manager, id, aside) => {
    const entity = await aside(() => loaded(manager, target, id));
    return call(getSoftDeleteRepository(manager, target), entity);
  });
}

/** The object of a row, deleted or not. */
function loaded<Entity extends Target>(
  manager: EntityManager,
  target: EntityTarget<Entity>,
  id: number,
): Promise<Entity> {
  return manager
    .createQueryBuilder(target, "t")
    .withDeleted()
    .where("t.id = :id", { id })
    .getOneOrFail();
}

/** Undoes the whole deletion of a row below a deleted one. */
function undo(name: string, parents: "refuse" | "restore" | "hand-over"): Operation {
  return {
    by: "own",
    name,
    on(pick) {
      const id =
        pick.deletionOf("purchase", pick.below("purchase") ?? pick.top("purchase")) ??
        pick.deletionOf("branch", pick.top("branch"));
      if (id === undefined) return undefined;
      return (manager) => new SoftDeleteManager(manager).restoreDeletion(id, { parents });
    },
  };
}

const OWN: readonly Operation[] = [
  own("softDelete", Shop, activeShop, (shops, id) => shops.softDelete(id, { reason: "proof" })),
  own("softDelete of some", Branch, activeBranch, (branches, id) =>
    branches.softDelete([id, 1, 2, 3]),
  ),
  own(
    "softDelete where",
    Purchase,
    (pick) => pick.active("customer"),
    (purchases, customerId) => purchases.softDelete({ customerId }),
  ),
  own("softDelete of a restrained row", Purchase, restrained, (purchases, id) =>
    purchases.softDelete(id),
  ),
  ownOn("softRemove", Branch, activeBranch, (branches, branch) => branches.softRemove(branch)),
  own("previewSoftDelete", Branch, activeBranch, (branches, id) => branches.previewSoftDelete(id)),
  own("restore", Branch, topOf("branch"), (branches, id) => branches.restore(id)),
  own("restore of one row of many", Purchase, topOf("purchase"), (purchases, id) =>
    purchases.restore(id),
  ),
  own("restore, refused", Purchase, belowPurchase, (purchases, id) => purchases.restore(id)),
  own("restore with parents", Purchase, belowPurchase, (purchases, id) =>
    purchases.restore(id, { parents: "restore" }),
  ),
  own("restore with hand-over", Purchase, belowPurchase, (purchases, id) =>
    purchases.restore(id, { parents: "hand-over" }),
  ),
  own("restore of rows alone", Branch, topOf("branch"), (branches, id) =>
    branches.restore(id, { below: false }),
  ),
  ownOn("recover", Branch, topOf("branch"), (branches, branch) => branches.recover(branch)),
  undo("restoreDeletion", "refuse"),
  undo("restoreDeletion with parents", "restore"),
  undo("restoreDeletion with hand-over", "hand-over"),
  own(
    "forceDelete",
    Customer,
    (pick) => 1 + pick.random.below(4),
    (customers, id) => customers.forceDelete(id),
  ),
  ownOn("forceRemove", Branch, activeBranch, (branches, branch) => branches.forceRemove(branch)),
  {
    by: "own",
    name: "purge",
    batches: true,
    on: () => (manager) =>
      new SoftDeleteManager(manager).purge({ olderThan: new Date(), batchSize: 2 }),
  },
  {
    by: "own",
    name: "settle",
    batches: true,
    arrange: [
      `UPDATE "item" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "deletedAt" IS NULL AND "id" < 9`,
      `UPDATE "probe" SET "deletionId" = '01890a5d-ac96-774b-bcce-b302099a8057'`,
      `UPDATE "tag" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "id" = 1`,
    ],
    on: () => (manager) => new SoftDeleteManager(manager).settle({ batchSize: 2 }),
  },
  {
    by: "own",
    name: "settle with cascade",
    batches: true,
    arrange: [
      `UPDATE "branch" SET "deletedAt" = CURRENT_TIMESTAMP WHERE "deletedAt" IS NULL AND "id" IN (1, 4)`,
    ],
    on: () => (manager) => new SoftDeleteManager(manager).settle({ cascade: true }),
  },
];

function native(
  name: string,
  chosen: Chosen,
  call: (manager: EntityManager, id: number) => Promise<unknown>,
): Operation {
  return onRow("native", name, chosen, call);
}

function nativeOn<Entity extends Target>(
  name: string,
  target: EntityTarget<Entity>,
  chosen: Chosen,
  call: (manager: EntityManager, entity: Entity) => Promise<unknown>,
): Operation {
  return onRow("native", name, chosen, async (manager, id, aside) =>
    call(manager, await aside(() => loaded(manager, target, id))),
  );
}

const DATE = new Date("2026-01-02T03:04:05.678Z");

/** The purchase of an id, with columns that an insert needs. */
function purchase(id: number, deletedAt: Date | null): QueryDeepPartialEntity<Purchase> {
  return { id, version: 1, deletedAt };
}

const NATIVE: readonly Operation[] = [
  native("softDelete", activeShop, (manager, id) => manager.softDelete(Shop, id)),
  native("softDelete of some", activeBranch, (manager, id) =>
    manager.softDelete(Branch, [id, 1, 2, 3]),
  ),
  native(
    "softDelete where",
    (pick) => pick.active("customer"),
    (manager, customerId) => manager.softDelete(Purchase, { customerId }),
  ),
  native("softDelete by a query builder", activeBranch, (manager, id) =>
    manager.createQueryBuilder().softDelete().from(Branch).where("id <= :id", { id }).execute(),
  ),
  native("softDelete of a restrained row", restrained, (manager, id) =>
    manager.softDelete(Purchase, id),
  ),
  native("restore", topOf("branch"), (manager, id) => manager.restore(Branch, id)),
  native("restore of one row of many", topOf("purchase"), (manager, id) =>
    manager.restore(Purchase, id),
  ),
  native("restore, refused", belowPurchase, (manager, id) => manager.restore(Purchase, id)),
  nativeOn("softRemove", Branch, activeBranch, (manager, row) => manager.softRemove(row)),
  nativeOn("softRemove of a restrained row", Purchase, restrained, (manager, row) =>
    manager.softRemove(row),
  ),
  nativeOn("recover", Branch, topOf("branch"), (manager, row) => manager.recover(row)),
  nativeOn("recover, refused", Purchase, belowPurchase, (manager, row) => manager.recover(row)),
  nativeOn("save that sets the date", Branch, activeBranch, (manager, branch) =>
    manager.save(Object.assign(branch, { deletedAt: DATE })),
  ),
  nativeOn("save that clears the date", Branch, topOf("branch"), (manager, branch) =>
    manager.save(Object.assign(branch, { deletedAt: null })),
  ),
  native("save of a new deleted row", activeBranch, (manager, branchId) =>
    manager.save(Purchase, { id: 77, branchId, deletedAt: DATE }),
  ),
  native("insert of a deleted row", activeBranch, (manager, branchId) =>
    manager.insert(Purchase, { ...purchase(78, DATE), branchId }),
  ),
  native("update that sets the date", activeBranch, (manager, id) =>
    manager.update(Branch, id, { deletedAt: DATE }),
  ),
  native("update that clears the date", topOf("branch"), (manager, id) =>
    manager.update(Branch, id, { deletedAt: null }),
  ),
  native("update that clears the date, refused", belowPurchase, (manager, id) =>
    manager.update(Purchase, id, { deletedAt: null }),
  ),
  native(
    "upsert that sets the date",
    (pick) => pick.active("customer"),
    (manager, id) => manager.upsert(Customer, { id, version: 1, deletedAt: DATE }, ["id"]),
  ),
  native("upsert that clears the date", topOf("customer"), (manager, id) =>
    manager.upsert(Customer, { id, version: 1, deletedAt: null }, ["id"]),
  ),
];

export const OPERATIONS: readonly Operation[] = [...OWN, ...NATIVE];
