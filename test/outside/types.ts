// Not run: `tsc` checks that what follows compiles, and that each line below an @ts-expect-error does not.
import type { Repository } from "typeorm";

import { SoftDeletable } from "../../src";

class Row extends SoftDeletable {
  id!: number;
}

declare const rows: Repository<Row>;
declare function use(...values: unknown[]): void;

export async function isDeleted(row: Row): Promise<void> {
  const flag: boolean | undefined = row.isDeleted;
  const same: { isDeleted?: boolean | undefined } = row;
  use(flag, same, row.isDeleted ? 1 : 2, row.isDeleted === true, row.isDeleted ?? false);
  await rows.save(row);
  await rows.save({ id: 1, deletedAt: null });
  await rows.save(rows.create({ id: 1 }));

  // @ts-expect-error It is not always known.
  const known: boolean = row.isDeleted;
  use(known);
  // @ts-expect-error It is only read.
  row.isDeleted = true;
  // @ts-expect-error It is no column.
  await rows.find({ where: { isDeleted: true } });
  // @ts-expect-error It is no column.
  await rows.softDelete({ isDeleted: false });
  // @ts-expect-error It is no column.
  await rows.save({ id: 1, isDeleted: false });
  // @ts-expect-error It is no column.
  rows.create({ id: 1, isDeleted: true });
  // @ts-expect-error It is no column.
  await rows.update(1, { isDeleted: true });
}
