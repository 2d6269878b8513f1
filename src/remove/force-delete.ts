import type { EntityManager } from "typeorm";

import { and, bind, sql, type Sql } from "../sql/sql";
import { SoftDeleteRestrictedError } from "../errors";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import { References } from "../plan/references";
import type { SoftDeleteTable } from "../plan/table";
import { newDeletionId } from "../rows/deletion-id";
import { carries } from "../rows/members";
import type { Author } from "../record/author";
import { Recorder } from "../record/recorder";
import { reportRemoval } from "../record/report";
import { RowSets, type RowState } from "../rows/row-sets";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { countAndSample, ReferenceViolation, toReferencedError } from "./still-referenced";
import { transact } from "../session/transaction";
import { Tally, type Taken } from "../rows/tally";
import { isActive } from "../sql/state";

/** Removes rows for good in one transaction. @throws StillReferencedError @internal */
export async function forceDelete(
  manager: EntityManager,
  removal: Removal,
  author: Author,
): Promise<Taken> {
  try {
    return await transact(manager, async (session) => {
      const recorder = new Recorder(session, "afterPurge");
      const taken = await removeRows(session, removal, recorder);
      const time = now(manager.dataSource);
      await reportRemoval(
        session,
        recorder,
        "force-delete",
        removal.table.name,
        author,
        time,
        taken,
      );
      return taken;
    });
  } catch (error) {
    throw error instanceof ReferenceViolation
      ? await toReferencedError(manager, removal, error)
      : error;
  }
}

/** What to remove for good. */
export interface Removal {
  readonly table: SoftDeleteTable;
  /** Conditions on `c`, each for one statement. */
  readonly conditions: readonly Sql[];
  /** Whether the conditions name rows by their primary keys, and so match the same rows in every statement. */
  readonly byId: boolean;
  readonly state: RowState;
}

/**
 * Removes rows for good, and the rows below them over `CASCADE` edges, children first: one DELETE for each table.
 *
 * @throws SoftDeleteRestrictedError when active rows hang below over a `RESTRICT` edge.
 * @throws ReferenceViolation
 */
async function removeRows(session: Session, removal: Removal, recorder: Recorder): Promise<Taken> {
  const tally = new Tally();
  let roots = 0;
  for (const condition of removal.conditions) {
    try {
      roots += await removeMatched(session, removal, condition, tally, recorder);
    } catch (error) {
      if (!session.dialect.isForeignKeyViolation(error)) throw error;
      throw new ReferenceViolation(condition, error);
    }
  }
  return { roots, tally };
}

async function removeMatched(
  session: Session,
  { table, state, byId }: Removal,
  condition: Sql,
  tally: Tally,
  recorder: Recorder,
): Promise<number> {
  const plan = session.graph.plan([table]);
  const given = new RowSets(session, table, condition, plan, state);
  const matched = and(condition, given.inState(table));
  const id = newDeletionId(new Date());
  // Conditions on other rows, on references or on deletion ids no longer match once those are removed or changed.
  const marks = !byId && !isAlone(session, table, given);
  const roots = await (marks
    ? markRoots(session, table, matched, id)
    : lockRoots(session, table, matched));
  if (roots === 0) return 0;
  const root = marks ? carries(session, "c", table, id) : matched;
  const sets = marks ? new RowSets(session, table, root, plan, state) : given;
  for (const edge of plan.restricts) {
    const from = sql`FROM ${sets.childrenOver(edge)} WHERE ${and(isActive(session.dialect.names, "c", edge.child), sets.excludes(edge.child))}`;
    const found = await countAndSample(session, sets, edge.child, from);
    if (found.count > 0)
      throw new SoftDeleteRestrictedError(
        edge.relation,
        found.count,
        found.sampleIds,
        edge.parent.name,
      );
  }
  await recorder.addRoots(table, null, root, roots);
  for (const own of sets.tables) await recorder.addSetKeys(own, sets);
  await letGoUpwards(session, sets, plan.groups);
  for (const group of [...plan.groups].reverse()) {
    for (const own of group.tables) await removeJunctionRows(session, sets, own);
    if (group.inner.length > 0) {
      await removeGroup(session, sets, group, id, tally);
      continue;
    }
    for (const own of group.tables) {
      const statement =
        own === table && group.incoming.length === 0
          ? session.dialect.delete(own, root)
          : session.dialect.deleteWith(sets.expressions, own, sets.keys(own));
      tally.add(own.name, await session.execute(statement));
    }
  }
  return roots;
}

/** Whether nothing but the matched rows is removed or changed. */
function isAlone(session: Session, table: SoftDeleteTable, sets: RowSets): boolean {
  const references = referencesOf(session);
  return (
    sets.tables.length === 1 &&
    references.within(sets.tables).length === 0 &&
    references.junctionsOf(table).length === 0
  );
}

/** Locks the matched rows by writing an id into them, by which they are found from then on. */
function markRoots(
  session: Session,
  table: SoftDeleteTable,
  where: Sql,
  id: string,
): Promise<number> {
  const set = [[table.softDelete.deletionId, bind(id)], ...session.dialect.keep(table)] as const;
  return session.execute(session.dialect.update({ target: table, set, where }));
}

async function lockRoots(
  session: Session,
  table: SoftDeleteTable,
  condition: Sql,
): Promise<number> {
  const { names, updateLock } = session.dialect;
  const [row] = await session.select<{ n: string | number }>(
    sql`SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${names.table(table)} c WHERE ${condition}${updateLock}) m`,
  );
  return Number(row?.n ?? 0);
}

/** The rows of a cycle refer to each other: they are marked first, then let go of each other, then removed. */
async function removeGroup(
  session: Session,
  sets: RowSets,
  group: Group,
  id: string,
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  for (const table of group.tables) {
    const mark = [[table.softDelete.deletionId, bind(id)], ...dialect.keep(table)] as const;
    await session.execute(dialect.updateWith(sets.expressions, table, sets.keys(table), mark));
  }
  for (const edge of group.inner) await letGo(session, edge, id);
  for (const table of group.tables) {
    tally.add(
      table.name,
      await session.execute(dialect.delete(table, carries(session, "c", table, id))),
    );
  }
}

async function letGo(session: Session, edge: SoftDeleteEdge, id: string): Promise<void> {
  for (const { child, parent } of edge.on) {
    // The parent holds the foreign key where TypeORM's cascade stands on the owning side of a one-to-one.
    const [holder, column] =
      child.referencedColumn === parent ? [edge.child, child] : [edge.parent, parent];
    if (!column.isNullable || column.isPrimary) continue;
    await session.execute(
      session.dialect.update({
        target: holder,
        set: [[column, sql`NULL`], ...session.dialect.keep(holder)],
        where: carries(session, "c", holder, id),
      }),
    );
  }
}

/** Foreign keys, other than the edges, from rows that are removed later to rows that are removed before, or together. */
async function letGoUpwards(
  session: Session,
  sets: RowSets,
  groups: readonly Group[],
): Promise<void> {
  const orderOf = (table: SoftDeleteTable): number =>
    groups.findIndex((group) => group.tables.includes(table));
  const edges = new Set(
    groups.flatMap((group) => [...group.inner, ...group.incoming]).map((edge) => edge.relation),
  );
  for (const { parent, child, on, relation } of referencesOf(session).within(sets.tables)) {
    const [from, to] = [orderOf(child), orderOf(parent)];
    if (from > to || edges.has(relation)) continue;
    const nullable = on
      .map((pair) => pair.child)
      .filter((column) => column.isNullable && !column.isPrimary);
    if (nullable.length === 0) continue;
    const set = [
      ...nullable.map((column) => [column, sql`NULL`] as const),
      ...session.dialect.keep(child),
    ];
    await session.execute(
      session.dialect.updateWith(sets.expressions, child, sets.keys(child), set),
    );
  }
}

/** Junction rows, whatever the database would do to them by itself. */
async function removeJunctionRows(
  session: Session,
  sets: RowSets,
  table: SoftDeleteTable,
): Promise<void> {
  const { names } = session.dialect;
  for (const junction of referencesOf(session).junctionsOf(table)) {
    const keyed = { ...junction.table, primary: junction.on.map((pair) => pair.child) };
    const list = junction.on.map(
      (pair) => `${names.of("s", pair.parent)} AS ${names.column(pair.child)}`,
    );
    const keys = sql`${list.join(", ")} FROM ${sets.name(table)} s`;
    await session.execute(session.dialect.deleteWith(sets.expressions, keyed, keys));
  }
}

function referencesOf(session: Session): References {
  return References.of(session.manager.dataSource);
}
