import type { EntityManager } from "typeorm";

import { isDense } from "../plan/density";
import { SoftDeleteGraph, type CascadePlan } from "../plan/soft-delete-graph";
import { dialectOf } from "../sql";
import { and, sql, join, type Sql } from "../sql/sql";
import { SAMPLE_SIZE } from "../errors";
import type { SoftDeleteTable } from "../plan/table";
import { newDeletionId } from "../rows/deletion-id";
import { findRestriction } from "./restrict";
import { RowSets } from "../rows/row-sets";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { transact } from "../session/transaction";
import type { Restriction } from "../record/results";
import { Tally } from "../rows/tally";
import { isActive } from "../sql/state";
import { takeRows } from "./take-rows";
import { readBy } from "../rows/judged-criteria";
import type { NamedRows } from "../rows/named-rows";

// A compound SELECT has 500 parts at most on SQLite.
const COUNTS_PER_STATEMENT = 200;

/** What a soft delete would do. */
export interface Preview {
  readonly tally: Tally;
  readonly restrictedBy: readonly Restriction[];
}

/** What a soft delete of the matched rows would do. @internal */
export async function preview(manager: EntityManager, rows: NamedRows): Promise<Preview> {
  const { table, conditions } = rows;
  const [condition] = conditions;
  if (!condition) return { tally: new Tally(), restrictedBy: [] };
  const plan = SoftDeleteGraph.of(manager.dataSource).plan([table]);
  if (conditions.length === 1 && isReadable(manager, plan))
    return read(manager, rows, plan, (session) => readPreview(session, table, condition));
  try {
    return await transact(manager, (session) =>
      tryOut(session, table, conditions, now(manager.dataSource)),
    );
  } catch (error) {
    if (error instanceof TriedOut) return error.preview;
    throw error;
  }
}

/** Whether one statement can read it. */
function isReadable({ dataSource }: EntityManager, plan: CascadePlan): boolean {
  const steps = plan.groups.flatMap((group) => [...group.inner, ...group.incoming]);
  return !isDense(plan) || steps.length <= dialectOf(dataSource).mostSteps;
}

// To compile a walk over a whole plan takes PostgreSQL far longer than to run it.
function read<Result>(
  manager: EntityManager,
  rows: NamedRows,
  plan: CascadePlan,
  operation: (session: Session) => Promise<Result>,
): Promise<Result> {
  return isDense(plan) && dialectOf(manager.dataSource).compiles
    ? transact(manager, operation)
    : readBy(manager, rows, operation);
}

/** Reads what a soft delete of the matched rows would take: one SELECT. */
async function readPreview(
  session: Session,
  table: SoftDeleteTable,
  condition: Sql,
): Promise<Preview> {
  const plan = session.graph.plan([table]);
  const sets = new RowSets(session, table, condition, plan, "active");
  const restricting = plan.restricts.map(
    (edge) =>
      sql`FROM ${sets.childrenOver(edge)} WHERE ${and(isActive(session.dialect.names, "c", edge.child), sets.excludes(edge.child))}`,
  );
  const refused = restricting.map(
    (from, index) => sql`${String(sets.tables.length + index)} AS i, COUNT(*) AS n ${from}`,
  );
  const counts = [...sets.counts(), ...refused];
  const found = new Map<number, number>();
  for (let at = 0; at < counts.length; at += COUNTS_PER_STATEMENT) {
    const some = counts.slice(at, at + COUNTS_PER_STATEMENT);
    const rows = await session.select<{ i: string | number; n: string | number }>(
      sets.select(join(some, " UNION ALL SELECT ")),
    );
    for (const { i, n } of rows) found.set(Number(i), Number(n));
  }
  const tally = new Tally();
  sets.tables.forEach((own, index) => tally.add(own.name, found.get(index) ?? 0));
  const restrictedBy: Restriction[] = [];
  for (const [index, edge] of plan.restricts.entries()) {
    const count = found.get(sets.tables.length + index) ?? 0;
    const from = restricting[index];
    if (count === 0 || !from) continue;
    const sample = await session.select(
      sets.select(sql`${session.keyColumns("c", edge.child)} ${from} LIMIT ${String(SAMPLE_SIZE)}`),
    );
    restrictedBy.push({
      relation: edge.relation,
      count,
      sampleIds: sample.map((row) => session.key(edge.child, row)),
    });
  }
  return { tally, restrictedBy };
}

/** Thrown to roll back what a preview has tried out. */
class TriedOut extends Error {
  constructor(readonly preview: Preview) {
    super("tried out");
  }
}

/**
 * Tries out a soft delete whose criteria are more than one statement holds. Throws what it found, so that nothing stays.
 *
 * @throws TriedOut always.
 */
async function tryOut(
  session: Session,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  deletedAt: Date,
): Promise<never> {
  const deletion = { id: newDeletionId(deletedAt), deletedAt, actor: null, reason: null };
  const { tally } = await takeRows(session, [{ table, conditions }], deletion, { trial: true });
  const restrictedBy: Restriction[] = [];
  for (const edge of session.graph.plan([table]).restricts) {
    const restriction = await findRestriction(session, edge, [deletion.id]);
    if (restriction) restrictedBy.push(restriction);
  }
  throw new TriedOut({ tally, restrictedBy });
}
