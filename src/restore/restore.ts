import type { EntityManager } from "typeorm";

import { and, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import { markDeletion, markMatched } from "./marking";
import { carries, Members } from "../rows/members";
import { Recorder } from "../record/recorder";
import { reportRestore } from "../record/report";
import { toConflictError, UniqueCollision, watchForCollisions } from "./restore-conflict";
import { restoreMarked } from "./restore-marked";
import type { RestoreContext } from "./restore-options";
import { restoreWhole, StaysBlocked } from "./restore-whole";
import type { Session } from "../session/session";
import { Tally, type Restored } from "../rows/tally";
import { isDeleted, hasNoDeletion } from "../sql/state";

// Beyond this, what the matched rows belong to is not worth a look whether it is whole.
const WHOLE_DELETIONS = 50;

const NAMED_DELETIONS = 20;

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
  context: RestoreContext,
  whole: boolean,
): Promise<Restored> {
  const { table, native = false } = matched;
  const deleted = isDeleted(session.dialect.names, "c", table);
  const conditions = native
    ? matched.conditions
    : matched.conditions.map((condition) => and(condition, deleted));
  const { ids, count, byDeletion } = await lookAtMatched(session, table, conditions, !native);
  if (count === 0) return { roots: 0, tally: new Tally(), handedOver: new Tally() };
  const known = ids.filter((id) => id !== null);
  const recorder = new Recorder(session, "afterRestore", known);
  await recordRoots(session, recorder, table, conditions, byDeletion);
  const restored = await watchForCollisions(session, ids, async () => {
    // Several conditions may match the same row, which is then counted twice.
    const deletions =
      whole && conditions.length === 1 ? await wholeDeletions(session, table, ids, count) : null;
    if (deletions) {
      const { members, tables } = deletions;
      const tally = new Tally();
      await restoreWhole(session, members, tables, tally, recorder, {
        native: native ? table : undefined,
        closed: new Set(tables.filter((other) => other !== table)),
      });
      return { roots: count, tally, handedOver: new Tally() };
    }
    const marks = await markMatched(session, table, conditions, ids);
    return restoreMarked(session, table.name, [table], marks, context, recorder, native);
  });
  await reportRestore(session, recorder, table.name, known, context.author, context.now, restored);
  return restored;
}

/** Restores a whole deletion, or returns null when no row carries it. Runs in a transaction; may ask to be run again. */
export async function restoreByDeletion(
  session: Session,
  deletionId: string,
  context: RestoreContext,
  whole: boolean,
): Promise<Restored | null> {
  const members = new Members(session, [deletionId]);
  const tables = await members.tables();
  if (tables.length === 0) return null;
  const recorder = new Recorder(session, "afterRestore", [deletionId]);
  for (const table of tables) {
    const isRoot = and(carries(session, "c", table, deletionId), members.isTop(table));
    if (recorder.logs)
      await recorder.addRoots(table, deletionId, isRoot, await members.countTops(table));
  }
  const entity = tables.map((table) => table.name).join(", ");
  const restored = await watchForCollisions(session, [deletionId], async () => {
    if (whole) return restoreTables(session, members, tables, recorder);
    const marks = await markDeletion(session, deletionId, tables);
    return restoreMarked(session, entity, tables, marks, context, recorder);
  });
  if (restored) {
    await reportRestore(
      session,
      recorder,
      entity,
      [deletionId],
      context.author,
      context.now,
      restored,
    );
  }
  return restored;
}

/** Restores all members, or returns null when somebody else has restored them meanwhile. */
async function restoreTables(
  session: Session,
  members: Members,
  tables: readonly SoftDeleteTable[],
  recorder: Recorder,
): Promise<Restored | null> {
  const hangs = (table: SoftDeleteTable): boolean => session.graph.parentEdges(table).length > 0;
  const tops = await members.countAllTops(tables);
  const closed = new Set(tables.filter((table) => tops.get(table) === 0));
  let roots = [...tops.values()].reduce((sum, rows) => sum + rows, 0);
  const tally = new Tally();
  await restoreWhole(session, members, tables, tally, recorder, { closed });
  for (const table of tables) if (!hangs(table)) roots += tally.of(table.name);
  return tables.some((table) => tally.of(table.name) > 0)
    ? { roots, tally, handedOver: new Tally() }
    : null;
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
): Promise<{
  ids: (string | null)[];
  count: number;
  byDeletion: ReadonlyMap<string | null, number>;
}> {
  const { names, updateLock } = session.dialect;
  const byDeletion = new Map<string | null, number>();
  let count = 0;
  for (const condition of conditions) {
    const rows = await session.select<{ d: string | null; n: string | number }>(
      sql`SELECT m.d AS d, COUNT(*) AS n FROM (SELECT ${names.of("c", table.softDelete.deletionId)} AS d FROM ${names.table(table)} c WHERE ${condition}${lock ? updateLock : ""}) m GROUP BY m.d`,
    );
    for (const row of rows) {
      byDeletion.set(row.d, (byDeletion.get(row.d) ?? 0) + Number(row.n));
      count += Number(row.n);
    }
  }
  return { ids: [...byDeletion.keys()], count, byDeletion };
}

/** Notes the matched rows for the log, each with the deletion it belongs to. */
async function recordRoots(
  session: Session,
  recorder: Recorder,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  byDeletion: ReadonlyMap<string | null, number>,
): Promise<void> {
  if (!recorder.logs) return;
  const { names } = session.dialect;
  const [first] = conditions;
  for (const [id, count] of byDeletion) {
    // Beyond a few deletions the log keeps the numbers alone.
    const named = first && conditions.length === 1 && byDeletion.size <= NAMED_DELETIONS;
    if (!named) recorder.countRoots(id, count);
    else
      await recorder.addRoots(
        table,
        id,
        and(
          first,
          id === null ? hasNoDeletion(names, "c", table) : carries(session, "c", table, id),
        ),
        count,
      );
  }
}

/** The deletions of the matched rows, if everything that they took hangs below the matched rows. */
async function wholeDeletions(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly (string | null)[],
  count: number,
): Promise<{ members: Members; tables: readonly SoftDeleteTable[] } | null> {
  const known = ids.filter((id) => id !== null);
  if (known.length < ids.length || known.length > WHOLE_DELETIONS) return null;
  const below = session.graph.below([table]);
  // Rows of a cycle may hang by each other alone.
  if (below.some((group) => group.inner.length > 0)) return null;
  const reachable = below.flatMap((group) => group.tables);
  const members = new Members(session, known);
  if ((await members.count(table)) !== count) return null;
  const tables = await members.tables();
  const others = tables.filter((other) => other !== table);
  // A row of one of several may hang by a row of another, and come back with that one's deletion only.
  if (known.length > 1 && others.length > 0) return null;
  if (others.some((other) => !reachable.includes(other))) return null;
  const tops = await members.countAllTops(tables);
  if (others.some((other) => (tops.get(other) ?? 0) > 0)) return null;
  return { members, tables };
}
