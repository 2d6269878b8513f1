import type { EntityManager, ObjectLiteral } from "typeorm";

import { and, bind, sql, type Sql } from "../dialect/sql";
import {
  SAMPLE_SIZE,
  SoftDeleteRestrictedError,
  StillReferencedError,
  type PrimaryKey,
} from "../errors";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable, Table } from "../plan/table";
import { newDeletionId } from "./deletion-id";
import { carries } from "./members";
import type { Author } from "./author";
import { Recorder } from "./recorder";
import { reportRemoval } from "./report";
import { activeChild } from "./restrict";
import { Tally } from "./results";
import { RowSets, type RowState } from "./row-sets";
import type { Session } from "./session";
import { now } from "./settings";
import type { Taken } from "./soft-delete";
import { autocommit, transact } from "./transaction";

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
  readonly state: RowState;
}

/** The database refused, over a foreign key. Carries what is needed to tell which, once it has been rolled back. */
class ReferenceViolation extends Error {
  constructor(
    readonly condition: Sql,
    cause: unknown,
  ) {
    super("still referenced", { cause });
  }
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
  { table, state }: Removal,
  condition: Sql,
  tally: Tally,
  recorder: Recorder,
): Promise<number> {
  const plan = session.graph.plan([table]);
  const sets = new RowSets(session, table, condition, plan, state);
  const root = and(condition, sets.inState(table));
  const roots = await lockRoots(session, table, root);
  if (roots === 0) return 0;
  for (const edge of plan.restricts) {
    const from = sql`FROM ${sets.childrenOver(edge)} WHERE ${and(activeChild(session, edge), sets.excludes(edge.child))}`;
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
      await removeGroup(session, sets, group, tally);
      continue;
    }
    for (const own of group.tables) {
      const alone = own === table && group.incoming.length === 0;
      const statement = alone
        ? session.dialect.delete(own, root)
        : session.dialect.deleteWith(sets.expressions, own, sets.keys(own));
      tally.add(own.name, await session.execute(statement));
    }
  }
  return roots;
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
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  const id = newDeletionId(new Date());
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
  const orderOf = (path: string): number =>
    groups.findIndex((group) => group.tables.some((table) => table.metadata.tablePath === path));
  const edges = new Set(
    groups.flatMap((group) => [...group.inner, ...group.incoming]).map((edge) => edge.relation),
  );
  for (const { holder, columns, referencedPath, relation } of session.graph.references) {
    const [from, to] = [orderOf(holder.tablePath), orderOf(referencedPath)];
    const table = sets.tables.find((own) => own.metadata.tablePath === holder.tablePath);
    if (from < 0 || to < 0 || from > to || !table || edges.has(relation)) continue;
    const nullable = columns.filter((column) => column.isNullable && !column.isPrimary);
    if (nullable.length === 0) continue;
    const set = [
      ...nullable.map((column) => [column, sql`NULL`] as const),
      ...session.dialect.keep(table),
    ];
    await session.execute(
      session.dialect.updateWith(sets.expressions, table, sets.keys(table), set),
    );
  }
}

/** Junction rows that the database would not remove by itself. */
async function removeJunctionRows(
  session: Session,
  sets: RowSets,
  table: SoftDeleteTable,
): Promise<void> {
  const { names } = session.dialect;
  for (const {
    isJunction,
    onDelete,
    holder,
    columns,
    referencedColumns,
  } of session.graph.referencesTo(table)) {
    if (!isJunction || onDelete === "CASCADE") continue;
    const junction = { metadata: holder, name: holder.name, primary: columns, softDelete: null };
    const list = referencedColumns.map(
      (column, index) => `${names.of("s", column)} AS ${names.column(columns[index] ?? column)}`,
    );
    await session.execute(
      session.dialect.deleteWith(
        sets.expressions,
        junction,
        sql`${list.join(", ")} FROM ${sets.name(table)} s`,
      ),
    );
  }
}

/** The error for the caller: through which relation the rows are still referred to. Costs a SELECT for each foreign key. */
function toReferencedError(
  manager: EntityManager,
  { table, state }: Removal,
  violation: ReferenceViolation,
): Promise<unknown> {
  return autocommit(manager, async (session) => {
    const sets = new RowSets(
      session,
      table,
      violation.condition,
      session.graph.plan([table]),
      state,
    );
    for (const referenced of sets.tables) {
      for (const reference of session.graph.referencesTo(referenced)) {
        if (reference.isJunction) continue;
        const { holder, columns, referencedColumns } = reference;
        const child = {
          metadata: holder,
          name: holder.name,
          primary: holder.primaryColumns,
          softDelete: null,
        };
        const on = columns.map((column, index) => ({
          child: column,
          parent: referencedColumns[index] ?? column,
        }));
        const own = sets.tables.find(
          (candidate) => candidate.metadata.tablePath === holder.tablePath,
        );
        const from = sql`FROM ${sets.childrenOver({ parent: referenced, child, on })} WHERE ${own ? sets.excludes(own) : "1 = 1"}`;
        const found = await countAndSample(session, sets, child, from);
        if (found.count === 0) continue;
        return new StillReferencedError(
          table.name,
          reference.relation,
          found.count,
          found.sampleIds,
          {
            cause: violation.cause,
          },
        );
      }
    }
    return new StillReferencedError(table.name, null, 0, [], { cause: violation.cause });
  });
}

async function countAndSample(
  session: Session,
  sets: RowSets,
  table: Table,
  from: Sql,
): Promise<{ count: number; sampleIds: PrimaryKey[] }> {
  const select = (what: Sql): Promise<ObjectLiteral[]> =>
    session.select(session.dialect.selectWith(sets.expressions, what));
  const sample = await select(
    sql`${session.keyColumns("c", table)} ${from} LIMIT ${String(SAMPLE_SIZE)}`,
  );
  if (sample.length === 0) return { count: 0, sampleIds: [] };
  const [row] = await select(sql`COUNT(*) AS n ${from}`);
  return { count: Number(row?.["n"]), sampleIds: sample.map((found) => session.key(table, found)) };
}
