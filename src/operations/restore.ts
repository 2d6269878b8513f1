import type { EntityManager } from "typeorm";

import { and, sql, type Sql } from "../dialect/sql";
import type { SoftDeleteTable } from "../plan/table";
import { markDeletion, markMatched } from "./marking";
import { Members } from "./members";
import { toConflictError, UniqueCollision, watchForCollisions } from "./restore-conflict";
import { restoreMarked, type Restored } from "./restore-marked";
import type { ParentsOption } from "./restore-options";
import { restoreWhole, StaysBlocked } from "./restore-whole";
import { Tally } from "./results";
import type { Session } from "./session";

// Beyond this, what the matched rows belong to is not worth a look whether it is whole.
const WHOLE_DELETIONS = 50;

/** The rows of one table that a restore starts with. */
export interface Matched {
  readonly table: SoftDeleteTable;
  /** Conditions on `c`, each for one statement. */
  readonly conditions: readonly Sql[];
  /** TypeORM has revived the rows already; they still carry their deletion ids. */
  readonly native?: boolean;
}

/** Restores matched rows with what their deletions took below them. Runs in a transaction; may ask to be run again. */
export async function restoreMatched(
  session: Session,
  matched: Matched,
  parents: ParentsOption,
  now: Date,
  whole: boolean,
): Promise<Restored> {
  const { table, native = false } = matched;
  const deleted = sql`${session.dialect.names.of("c", table.softDelete.deletedAt)} IS NOT NULL`;
  const conditions = native
    ? matched.conditions
    : matched.conditions.map((condition) => and(condition, deleted));
  const { ids, count } = await lookAtMatched(session, table, conditions, !native);
  if (count === 0) return { roots: 0, tally: new Tally(), handedOver: 0 };
  return watchForCollisions(session, ids, async () => {
    const members = whole ? await wholeDeletions(session, table, ids, count) : null;
    if (members) {
      const tally = new Tally();
      await restoreWhole(
        session,
        members,
        await members.tables(),
        tally,
        native ? table : undefined,
      );
      return { roots: count, tally, handedOver: 0 };
    }
    const marks = await markMatched(session, table, conditions, ids);
    return restoreMarked(session, table.name, [table], marks, parents, now, native);
  });
}

/** Restores a whole deletion, or returns null when no row carries it. Runs in a transaction; may ask to be run again. */
export async function restoreByDeletion(
  session: Session,
  deletionId: string,
  parents: ParentsOption,
  now: Date,
  whole: boolean,
): Promise<Restored | null> {
  const members = new Members(session, [deletionId]);
  const tables = await members.tables();
  if (tables.length === 0) return null;
  return watchForCollisions(session, [deletionId], async () => {
    if (whole) return restoreTables(session, members, tables);
    const marks = await markDeletion(session, deletionId, tables);
    const entity = tables.map((table) => table.name).join(", ");
    return restoreMarked(session, entity, tables, marks, parents, now);
  });
}

/** Restores all members, or returns null when somebody else has restored them meanwhile. */
async function restoreTables(
  session: Session,
  members: Members,
  tables: readonly SoftDeleteTable[],
): Promise<Restored | null> {
  const hangs = (table: SoftDeleteTable): boolean => session.graph.parentEdges(table).length > 0;
  let roots = 0;
  for (const table of tables) if (hangs(table)) roots += await members.countTops(table);
  const tally = new Tally();
  await restoreWhole(session, members, tables, tally);
  for (const table of tables) if (!hangs(table)) roots += tally.of(table.name);
  return tables.some((table) => tally.of(table.name) > 0) ? { roots, tally, handedOver: 0 } : null;
}

/**
 * Tries in one write for each row first, then in the way that can tell which rows have to stay.
 *
 * @throws RestoreConflictError for a unique key that is taken.
 * @internal
 */
export async function wholeFirst<Result>(
  manager: EntityManager,
  attempt: (whole: boolean) => Promise<Result>,
): Promise<Result> {
  try {
    try {
      return await attempt(true);
    } catch (error) {
      if (!(error instanceof StaysBlocked)) throw error;
      return await attempt(false);
    }
  } catch (error) {
    throw error instanceof UniqueCollision ? await toConflictError(manager, error) : error;
  }
}

/** Which deletions took the matched rows, and how many rows there are; locks them unless TypeORM has written them already. */
async function lookAtMatched(
  session: Session,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  lock: boolean,
): Promise<{ ids: (string | null)[]; count: number }> {
  const { names, updateLock } = session.dialect;
  const ids = new Set<string | null>();
  let count = 0;
  for (const condition of conditions) {
    const rows = await session.select<{ d: string | null; n: string | number }>(
      sql`SELECT m.d AS d, COUNT(*) AS n FROM (SELECT ${names.of("c", table.softDelete.deletionId)} AS d FROM ${names.table(table)} c WHERE ${condition}${lock ? updateLock : ""}) m GROUP BY m.d`,
    );
    for (const row of rows) {
      ids.add(row.d);
      count += Number(row.n);
    }
  }
  return { ids: [...ids], count };
}

/** The deletions of the matched rows, if everything that they took hangs below the matched rows. */
async function wholeDeletions(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly (string | null)[],
  count: number,
): Promise<Members | null> {
  const known = ids.filter((id) => id !== null);
  if (known.length < ids.length || known.length > WHOLE_DELETIONS) return null;
  const below = session.graph.below([table]);
  // Rows of a cycle may hang by each other alone.
  if (below.some((group) => group.inner.length > 0)) return null;
  const reachable = below.flatMap((group) => group.tables);
  const members = new Members(session, known);
  if ((await members.count(table)) !== count) return null;
  for (const other of await members.tables()) {
    if (other === table) continue;
    if (!reachable.includes(other) || (await members.countTops(other)) > 0) return null;
  }
  return members;
}
