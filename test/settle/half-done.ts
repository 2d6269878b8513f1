import type { EntityTarget, ObjectLiteral } from "typeorm";

import type { CheckFinding } from "../../src";
import type { World } from "../laws/world";

export const STAMP = "2020-02-02 10:00:00";

/** What a process leaves that dies between TypeORM's own restore and what follows it. */
export async function halfRestore(world: World, table: string, where: string): Promise<void> {
  await write(world, table, "NULL", where);
}

/** The same of a soft delete. */
export async function halfDelete(world: World, table: string, where: string): Promise<void> {
  await write(world, table, `'${STAMP}'`, where);
}

async function write(world: World, table: string, date: string, where: string): Promise<void> {
  await world.dataSource.query(
    `UPDATE ${world.escape(table)} SET ${world.escape("deletedAt")} = ${date} WHERE ${where}`,
  );
}

/** What of rows `check()` finds. */
export async function brokenRows(world: World): Promise<CheckFinding[]> {
  const findings = await world.softDeletes.check();
  return findings.filter((finding) => finding.count !== undefined);
}

/** The deletion ids of all rows of an entity, by id. */
export async function idsOf(
  world: World,
  target: EntityTarget<ObjectLiteral>,
): Promise<Record<number, string | null>> {
  const rows = (await world.rows(target)) as { id: number; deletionId: string | null }[];
  return Object.fromEntries(rows.map((row) => [row.id, row.deletionId]));
}
