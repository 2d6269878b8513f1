import type { EntityTarget, ObjectLiteral } from "typeorm";

import { World } from "../laws/world";

export const NOW = new Date("2026-03-01T12:00:00.000Z");

/** A moment some days before the tests' now. */
export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 86_400_000);
}

export const OLD = daysAgo(40);
export const RECENT = daysAgo(1);

/** The keys of the rows that are left, deleted ones too. */
export async function left(world: World, target: EntityTarget<ObjectLiteral>): Promise<unknown[]> {
  return (await world.rows(target)).map((row) => row["id"] as unknown);
}

/** Rows numbered from one. */
export function numbered<Row extends object>(
  count: number,
  row: (id: number) => Row,
): (Row & { id: number })[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, ...row(index + 1) }));
}
