import { and, sql, type Sql, filter } from "../sql/sql";
import type { CascadePlan } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { stamp, touch, type Deletion } from "../rows/stamps";
import { carries, Members } from "../rows/members";
import { Recorder } from "../record/recorder";
import { reportSoftDelete } from "../record/report";
import { lockDeletedBelow } from "./lock-deleted";
import { refuseRestricted } from "./restrict";
import type { Session } from "../session/session";
import type { Update } from "../sql/statements";
import { Tally, type Taken } from "../rows/tally";
import { isActive } from "../sql/state";
import { type Descent, descend } from "../rows/descent";
import type { NamedRows } from "../rows/named-rows";

/**
 * Stamps the root rows and then, edge by edge, parents before children, every active row below them.
 *
 * @internal
 */
export function takeRows(
  session: Session,
  roots: readonly NamedRows[],
  deletion: Deletion,
  /** Whether it is only tried out: `RESTRICT` edges do not refuse, and nobody is told. */
  { trial = false } = {},
): Promise<Taken> {
  return take(session, roots, deletion, !trial, ({ table, keys = 0 }, condition) => {
    const active = sql`${isActive(session.dialect.names, "c", table)}`;
    return {
      target: table,
      set: [...stamp(session, table, deletion), ...touch(session, table)],
      // By a list of keys SQLite would take the index of the delete date for shorter.
      where: and(condition, keys > 1 ? filter(active) : active),
    };
  });
}

/** The same for root rows that TypeORM has soft-deleted already, and whose `version` it has moved. @internal */
export function takeMarked(
  session: Session,
  roots: readonly NamedRows[],
  deletion: Deletion,
): Promise<Taken> {
  return take(session, roots, deletion, true, ({ table }, condition) => ({
    target: table,
    set: [...stamp(session, table, deletion), ...session.dialect.keep(table)],
    where: condition,
  }));
}

async function take(
  session: Session,
  roots: readonly NamedRows[],
  deletion: Deletion,
  report: boolean,
  update: (root: NamedRows, condition: Sql) => Update,
): Promise<Taken> {
  const tally = new Tally();
  const recorder = new Recorder(session, "afterSoftDelete");
  let affected = 0;
  for (const root of roots) {
    for (const condition of root.conditions) {
      const rows = await session.execute(session.dialect.update(update(root, condition)));
      affected += tally.add(root.table.name, rows);
    }
  }
  const tables = new Set(roots.map(({ table }) => table).filter(({ name }) => tally.of(name) > 0));
  const [only] = tables;
  if (only && tables.size === 1)
    await recorder.addRoots(only, deletion.id, carries(session, "c", only, deletion.id), affected);
  if (affected > 0) {
    const plan = session.graph.plan([...new Set(roots.map((root) => root.table))]);
    await takeBelow(session, plan, deletion, tally);
    await lockDeletedBelow(session, plan, deletion.id, tally);
    for (const edge of report ? plan.restricts : []) {
      if (tally.of(edge.parent.name) > 0) await refuseRestricted(session, edge, [deletion.id]);
    }
  }
  if (report && recorder.tells) {
    const callers =
      tables.size > 1 ? await recordTops(session, recorder, tables, deletion) : undefined;
    const named = callers ?? { entity: only?.name ?? "", roots: affected };
    await reportSoftDelete(session, recorder, named.entity, deletion, {
      roots: named.roots,
      tally,
    });
  }
  return { roots: affected, tally };
}

/**
 * Of roots in several tables TypeORM's own cascade has brought most: the caller's are those that hang by none of the others.
 * Undefined where there are none, in a ring.
 */
async function recordTops(
  session: Session,
  recorder: Recorder,
  tables: ReadonlySet<SoftDeleteTable>,
  { id }: Deletion,
): Promise<{ readonly entity: string; readonly roots: number } | undefined> {
  const members = new Members(session, [id]);
  const names: string[] = [];
  let roots = 0;
  for (const table of tables) {
    const count = await members.countTops(table);
    if (count === 0) continue;
    const isTop = and(carries(session, "c", table, id), members.isTop(table));
    await recorder.addRoots(table, id, isTop, count);
    names.push(table.name);
    roots += count;
  }
  return roots > 0 ? { entity: names.join(", "), roots } : undefined;
}

/** Takes everything below the rows that carry the deletion's id. */
function takeBelow(
  session: Session,
  plan: CascadePlan,
  deletion: Deletion,
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  const descent: Descent = {
    from: (alias, table) => carries(session, alias, table, deletion.id),
    takes: (table) => dialect.foundByKey(sql`${isActive(dialect.names, "c", table)}`),
    set: (table) => [...stamp(session, table, deletion), ...touch(session, table)],
    givesValues: false,
    // A walk that has waited for a lock has not seen what was restored below that row meanwhile.
    repeats: !dialect.singleConnection,
  };
  return descend(session, plan.groups, descent, tally);
}
