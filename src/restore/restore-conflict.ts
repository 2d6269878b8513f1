import type { EntityManager } from "typeorm";

import { join, or, sql } from "../sql/sql";
import { ACTIVE_KEY } from "../entity/active-key";
import { RestoreConflictError, SAMPLE_SIZE, type RestoreConflict } from "../errors";
import type { SoftDeleteTable } from "../plan/table";
import { Members } from "../rows/members";
import type { Session } from "../session/session";
import { autocommit } from "../session/transaction";
import type { ViolatedKey } from "../sql/statements";
import { isActive } from "../sql/state";
import type { Column } from "../typeorm/metadata";

/** A restore ran into a unique key. Carries what is needed to tell which rows collide, once it has been rolled back. */
export class UniqueCollision extends Error {
  constructor(
    readonly key: ViolatedKey,
    /** The deletions whose rows were being restored. */
    readonly deletionIds: readonly string[],
    cause: unknown,
  ) {
    super("unique key taken", { cause });
  }
}

/** Runs the writing part of a restore. @throws UniqueCollision */
export async function watchForCollisions<Result>(
  session: Session,
  deletionIds: readonly (string | null)[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const key = session.dialect.violatedKey(error);
    if (!key) throw error;
    throw new UniqueCollision(
      key,
      deletionIds.filter((id) => id !== null),
      error,
    );
  }
}

/**
 * Runs a transaction with a restore in it, and tells of a key that is taken which rows collide.
 *
 * @throws RestoreConflictError
 * @internal
 */
export async function explainConflicts<Result>(
  manager: EntityManager,
  restore: () => Promise<Result>,
): Promise<Result> {
  try {
    return await restore();
  } catch (error) {
    throw error instanceof UniqueCollision ? await toConflictError(manager, error) : error;
  }
}

/** The error for the caller. Costs one or two SELECTs, after the rollback. */
function toConflictError(manager: EntityManager, collision: UniqueCollision): Promise<unknown> {
  return autocommit(manager, async (session) => {
    const found = findKey(session, collision.key);
    if (!found) return collision.cause;
    const { table, name, columns } = found;
    const conflicts = await findConflicts(session, table, columns, collision.deletionIds);
    const properties = columns.map((column) => column.propertyPath);
    return new RestoreConflictError(table.name, name, properties, conflicts, {
      cause: collision.cause,
    });
  });
}

interface UniqueKey {
  readonly table: SoftDeleteTable;
  readonly name: string;
  /** Without the generated column. */
  readonly columns: readonly Column[];
}

function findKey(session: Session, key: ViolatedKey): UniqueKey | undefined {
  for (const table of session.graph.softDeletable) {
    if (key.table !== undefined && key.table !== table.metadata.tableName) continue;
    for (const { name, columns } of table.metadatas.flatMap((metadata) => [
      ...metadata.indices.filter((index) => index.isUnique),
      ...metadata.uniques,
    ])) {
      const names = columns.map((column) => column.databaseName);
      const byColumns =
        key.columns?.length === names.length &&
        names.every((column) => key.columns?.includes(column));
      if (name !== key.name && !byColumns) continue;
      return {
        table,
        name,
        columns: columns.filter((column) => column.propertyName !== ACTIVE_KEY),
      };
    }
  }
  return undefined;
}

async function findConflicts(
  session: Session,
  table: SoftDeleteTable,
  columns: readonly Column[],
  deletionIds: readonly string[],
): Promise<RestoreConflict[]> {
  if (deletionIds.length === 0) return [];
  const { names } = session.dialect;
  const members = new Members(session, deletionIds);
  const equal = columns.map((column) => `${names.of("c", column)} = ${names.of("o", column)}`);
  const others = table.primary.map(
    (column, index) => `${names.of("o", column)} AS other${String(index)}`,
  );
  const differ = or(
    ...table.primary.map((column) => `${names.of("c", column)} <> ${names.of("o", column)}`),
  );
  const active = isActive(names, "o", table);
  // The rows that are restored with it collide only where no active row does.
  for (const other of [sql`${active}`, members.has("o", table)]) {
    const rows = await session.select(
      sql`SELECT ${session.keyColumns("c", table)}, ${others.join(", ")} FROM ${names.table(table)} c JOIN ${names.table(table)} o ON ${join(equal, " AND ")} AND ${differ} AND ${other} WHERE ${members.has("c", table)} LIMIT ${String(SAMPLE_SIZE)}`,
    );
    if (rows.length === 0) continue;
    return rows.map((row) => ({
      id: session.key(table, row),
      conflictsWith: session.key(
        table,
        Object.fromEntries(
          table.primary.map((_, index) => [
            `key${String(index)}`,
            row[`other${String(index)}`] as unknown,
          ]),
        ),
      ),
    }));
  }
  return [];
}
