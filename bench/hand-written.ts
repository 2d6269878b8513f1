import type { DataSource, EntityManager } from "typeorm";

import { newDeletionId } from "../src/rows/deletion-id";

/**
 * What somebody would write by hand for exactly these tables, in the form that each database runs best. Unlike the package
 * it knows that nothing else can hang by these rows, and locks and checks nothing.
 */
export interface HandWritten {
  softDelete(ids: readonly number[]): Promise<void>;
  restore(ids: readonly number[]): Promise<void>;
}

export function handWritten(dataSource: DataSource): HandWritten {
  const { type } = dataSource.options;
  const postgres = type === "postgres";
  const joined = !postgres && type !== "better-sqlite3";

  const list = (ids: readonly number[], first: number): string =>
    ids.map((_, index) => (postgres ? `$${first + index}` : "?")).join(", ");
  const at = (index: number): string => (postgres ? `$${index}` : "?");
  const date = (time: Date): unknown =>
    postgres || joined ? time : time.toISOString().replace("T", " ").replace("Z", "");

  async function softDelete(manager: EntityManager, ids: readonly number[]): Promise<void> {
    const now = new Date();
    const stamp = [date(now), newDeletionId(now)];
    await manager.query(
      `UPDATE bench_user SET deleted_at = ${at(1)}, deletion_id = ${at(2)} WHERE id IN (${list(ids, 3)}) AND deleted_at IS NULL`,
      [...stamp, ...ids],
    );
    await manager.query(child("bench_post", "author_id", "bench_user"), [...stamp, stamp[1]]);
    await manager.query(child("bench_comment", "post_id", "bench_post"), [...stamp, stamp[1]]);
  }

  function child(table: string, key: string, parent: string): string {
    return joined
      ? `UPDATE ${table} c JOIN ${parent} p ON c.${key} = p.id SET c.deleted_at = ?, c.deletion_id = ? WHERE p.deletion_id = ? AND c.deleted_at IS NULL`
      : `UPDATE ${table} SET deleted_at = ${at(1)}, deletion_id = ${at(2)} WHERE deleted_at IS NULL AND ${key} IN (SELECT id FROM ${parent} WHERE deletion_id = ${at(3)})`;
  }

  async function restore(manager: EntityManager, ids: readonly number[]): Promise<void> {
    const deletions = await manager.query<{ d: string }[]>(
      `SELECT DISTINCT deletion_id AS d FROM bench_user WHERE id IN (${list(ids, 1)}) AND deleted_at IS NOT NULL`,
      [...ids],
    );
    for (const { d } of deletions) {
      for (const table of ["bench_user", "bench_post", "bench_comment"]) {
        await manager.query(
          `UPDATE ${table} SET deleted_at = NULL, deletion_id = NULL WHERE deletion_id = ${at(1)}`,
          [d],
        );
      }
    }
  }

  return {
    softDelete: (ids) => dataSource.transaction((manager) => softDelete(manager, ids)),
    restore: (ids) => dataSource.transaction((manager) => restore(manager, ids)),
  };
}
