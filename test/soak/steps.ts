import { EntityNotFoundError, LessThan, type EntityManager, type EntityTarget } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager } from "../../src";
import type { Sizes } from "../faults/fill";
import type { Random } from "../faults/random";
import { Branch, Customer, Invoice, Item, Purchase, Shop } from "../faults/shop";

/** How many rows everybody works on in the beginning. */
export const SHARED: Sizes = {
  ...{ shops: 6, branches: 40, customers: 20, tags: 5 },
  ...{ purchases: 80, items: 140, invoices: 8 },
};

/** Rows with greater keys belong to one caller each. */
export const PRIVATE = 1_000_000;

type Target = Shop | Branch | Customer | Purchase | Item | Invoice;

const TARGETS: readonly (readonly [EntityTarget<Target>, number])[] = [
  [Shop, SHARED.shops],
  [Branch, SHARED.branches],
  [Branch, SHARED.branches],
  [Customer, SHARED.customers],
  [Purchase, SHARED.purchases],
  [Purchase, SHARED.purchases],
  [Item, SHARED.items],
  [Invoice, SHARED.invoices],
];

/** A random call on rows that everybody works on. */
export interface Step {
  readonly name: string;
  readonly by: "own" | "native";
  /** Whether TypeORM makes a transaction of it. */
  readonly opens: boolean;
  run(manager: EntityManager): Promise<unknown>;
}

/** The object of a row. @throws EntityNotFoundError where it was removed. */
function loaded(manager: EntityManager, target: EntityTarget<Target>, id: number): Promise<Target> {
  return manager
    .createQueryBuilder(target, "t")
    .withDeleted()
    .where("t.id = :id", { id })
    .getOneOrFail();
}

async function deletionOf(
  manager: EntityManager,
  target: EntityTarget<Target>,
  id: number,
): Promise<string> {
  const { deletionId } = await loaded(manager, target, id);
  if (deletionId === null) throw new EntityNotFoundError(target, { id });
  return deletionId;
}

const PARENTS = ["refuse", "restore", "hand-over"] as const;

/** A step by chance, of one kind where it is named; `fresh` gives keys of new rows. */
export function randomStep(random: Random, fresh: () => number, by?: Step["by"]): Step {
  for (;;) {
    const step = anyStep(random, fresh);
    if (by === undefined || step.by === by || step.name.startsWith("save of a new")) return step;
  }
}

function anyStep(random: Random, fresh: () => number): Step {
  const [target, size] = random.one(TARGETS)!;
  const id = 1 + random.below(size);
  const parents = random.one(PARENTS)!;
  const own = (name: string, run: Step["run"]): Step => ({ name, by: "own", opens: false, run });
  const native = (name: string, run: Step["run"]): Step => {
    const opens = /^(softRemove|recover|save)/.test(name);
    return { name, by: "native", opens, run };
  };
  const date = new Date();
  const steps: readonly (() => Step)[] = [
    () => own("softDelete", (manager) => getSoftDeleteRepository(manager, target).softDelete(id)),
    () =>
      own("softDelete of some", (manager) =>
        getSoftDeleteRepository(manager, Item).softDelete([id, id + 1, id + 2]),
      ),
    () =>
      own(`restore, ${parents}`, (manager) =>
        getSoftDeleteRepository(manager, target).restore(id, { parents }),
      ),
    () =>
      own(`restoreDeletion, ${parents}`, async (manager) =>
        new SoftDeleteManager(manager).restoreDeletion(await deletionOf(manager, target, id), {
          parents,
        }),
      ),
    () =>
      own("softRemove", async (manager) =>
        getSoftDeleteRepository(manager, target).softRemove(await loaded(manager, target, id)),
      ),
    () =>
      own("recover", async (manager) =>
        getSoftDeleteRepository(manager, target).recover(await loaded(manager, target, id), {
          parents,
        }),
      ),
    () =>
      own("previewSoftDelete", (manager) =>
        getSoftDeleteRepository(manager, target).previewSoftDelete(id),
      ),
    () => native("softDelete", (manager) => manager.softDelete(target, id)),
    () => native("softDelete of some", (manager) => manager.softDelete(Item, [id, id + 1, id + 2])),
    () => native("restore", (manager) => manager.restore(target, id)),
    () =>
      native("softRemove", async (manager) =>
        manager.softRemove(await loaded(manager, target, id)),
      ),
    () => native("recover", async (manager) => manager.recover(await loaded(manager, target, id))),
    () =>
      native("save of a date", async (manager) => {
        const row = await loaded(manager, target, id);
        return manager.save(Object.assign(row, { deletedAt: row.deletedAt ? null : date }));
      }),
    () => native("update of a date", (manager) => manager.update(target, id, { deletedAt: date })),
    () => native("update to no date", (manager) => manager.update(target, id, { deletedAt: null })),
    () =>
      native("save of a new item", (manager) =>
        manager.save(Item, { id: fresh(), purchaseId: 1 + random.below(SHARED.purchases) }),
      ),
    () =>
      native("save of a new purchase", (manager) =>
        manager.save(Purchase, {
          id: fresh(),
          branchId: 1 + random.below(SHARED.branches),
          customerId: 1 + random.below(SHARED.customers),
        }),
      ),
  ];
  if (random.below(40) > 0) return random.one(steps)!();
  return random.one([
    own("forceDelete", (manager) => getSoftDeleteRepository(manager, Item).forceDelete(id)),
    own("purge", (manager) =>
      new SoftDeleteManager(manager).purge(Item, {
        olderThan: new Date(date.getTime() - 2_000),
        where: { id: LessThan(PRIVATE) },
        batchSize: 5,
      }),
    ),
    own("check", (manager) => new SoftDeleteManager(manager).check()),
  ])!;
}
