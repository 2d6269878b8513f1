import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";

import type { ProofDatabase } from "./databases";
import type { Random } from "./random";
import { Branch, Customer, Invoice, Item, Note, Probe, Purchase, Shop, Tag } from "./shop";

/** The numbers from one on. */
function upTo(size: number): number[] {
  return Array.from({ length: size }, (_, at) => at + 1);
}

/** How many rows a world has. */
export interface Sizes {
  readonly shops: number;
  readonly branches: number;
  readonly customers: number;
  readonly tags: number;
  readonly purchases: number;
  readonly items: number;
  readonly invoices: number;
}

export const SMALL: Sizes = {
  ...{ shops: 3, branches: 9, customers: 4, tags: 3 },
  ...{ purchases: 10, items: 14, invoices: 3 },
};

/** Random rows, all of them active, their keys from one on. */
export async function fill(
  dataSource: DataSource,
  { plain }: ProofDatabase,
  random: Random,
  sizes: Sizes,
): Promise<void> {
  const insert = (target: EntityTarget<ObjectLiteral>, values: ObjectLiteral[]) =>
    dataSource
      .createQueryBuilder()
      .insert()
      .into(target)
      .values(values)
      .callListeners(false)
      .execute();
  /** A key of a table of so many rows, or null now and then. */
  const one = (size: number): number | null =>
    random.below(6) === 0 ? null : 1 + random.below(size);
  await insert(
    Shop,
    upTo(sizes.shops).map((id) => ({ id, name: `shop ${String(id)}` })),
  );
  const branches = upTo(sizes.branches).map((id) => ({
    id,
    parentId: id > sizes.shops ? one(id - 1) : null,
    shopId: one(sizes.shops),
  }));
  await insert(Branch, branches);
  await insert(
    Customer,
    upTo(sizes.customers).map((id) => ({ id, shopId: one(sizes.shops) })),
  );
  await insert(
    Tag,
    upTo(sizes.tags).map((id) => ({ id })),
  );
  await insert(
    Purchase,
    upTo(sizes.purchases).map((id) => ({
      id,
      branchId: one(sizes.branches),
      customerId: one(sizes.customers),
    })),
  );
  await insert(
    Item,
    upTo(sizes.items).map((id) => ({ id, purchaseId: one(sizes.purchases) })),
  );
  await insert(
    Invoice,
    upTo(sizes.invoices).map((id) => ({ id, purchaseId: one(sizes.purchases) })),
  );
  await insert(Probe, [{ id: 1 }]);
  await insert(Note, [{ id: 0 }]);
  for (const id of upTo(sizes.purchases)) {
    const tag = String(1 + random.below(sizes.tags));
    await plain.query(
      `INSERT INTO "purchase_tag" ("purchaseId", "tagId") VALUES (${String(id)}, ${tag})`,
    );
  }
}
