import { and, bind, filter, or, sql, type Sql } from "../sql/sql";
import { isOf, slots, walkExpression } from "../sql/walk";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import { markDigit, marked, newDeletionId, UNMARKED_DIGIT } from "../rows/deletion-id";
import { carries, Members } from "../rows/members";
import type { Recorder } from "../record/recorder";
import { Tally } from "../record/results";
import type { Session } from "../session/session";

/** The rows that a restore may revive, marked in the database while it works out which of them come back. */
export interface MarkedRows {
  /** The rows that the caller matched. */
  readonly matched: Members;
  readonly all: Members;
  /** How many are marked, by table. */
  readonly tally: Tally;
  readonly matchedCount: number;
}

/** Marks the matched rows of one table and, below them over binding relations, the rows of the same deletions. @internal */
export async function markMatched(
  session: Session,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  deletionIds: readonly (string | null)[],
): Promise<MarkedRows> {
  const { names, dialect } = { names: session.dialect.names, dialect: session.dialect };
  const known = deletionIds.filter((id) => id !== null);
  // Rows that plain TypeORM has deleted carry no deletion id: they come back alone.
  const lone = loneId();
  const column = names.of("c", table.softDelete.deletionId);
  const matched = new Members(session, [...known.map((id) => marked(id, "matched")), lone]);
  const all = new Members(session, [...matched.ids, ...known.map((id) => marked(id, "reached"))]);
  const tally = new Tally();
  let matchedCount = 0;
  for (const condition of conditions) {
    const rows = await session.execute(
      dialect.update({
        target: table,
        set: [
          [
            table.softDelete.deletionId,
            sql`COALESCE(${dialect.withVersion(column, markDigit("matched"))}, ${bind(lone)})`,
          ],
          ...dialect.keep(table),
        ],
        where: and(
          condition,
          known.length > 0
            ? or(`${column} IS NULL`, dialect.anyOf(column, known))
            : `${column} IS NULL`,
        ),
      }),
    );
    matchedCount += tally.add(table.name, rows);
  }
  for (const group of session.graph.below([table])) await markBelow(session, group, all, tally);
  return { matched, all, tally, matchedCount };
}

/** Marks a whole deletion: its top rows as matched, the others as reached. @internal */
export async function markDeletion(
  session: Session,
  deletionId: string,
  tables: readonly SoftDeleteTable[],
): Promise<MarkedRows> {
  const { dialect } = session;
  const matched = new Members(session, [marked(deletionId, "matched")]);
  const all = new Members(session, [...matched.ids, marked(deletionId, "reached")]);
  const either = new Members(session, [...all.ids, deletionId]);
  const tally = new Tally();
  let matchedCount = 0;
  for (const table of tables) {
    const mark = (id: string | undefined, where: Sql): Promise<number> =>
      session.execute(
        dialect.updateOrphans({
          target: table,
          set: [[table.softDelete.deletionId, bind(id)], ...dialect.keep(table)],
          where,
          edges: id === matched.ids[0] ? session.graph.parentEdges(table) : [],
          related: (alias, parent) => either.has(alias, parent),
        }),
      );
    const own = carries(session, "c", table, deletionId);
    matchedCount += tally.add(table.name, await mark(matched.ids[0], own));
    tally.add(table.name, await mark(all.ids[1], own));
  }
  return { matched, all, tally, matchedCount };
}

async function markBelow(
  session: Session,
  group: Group,
  all: Members,
  tally: Tally,
): Promise<void> {
  const { names } = session.dialect;
  const { dialect } = session;
  const reached = (table: SoftDeleteTable): Sql =>
    dialect.withVersion(names.of("c", table.softDelete.deletionId), markDigit("reached"));
  const deleted = (table: SoftDeleteTable): Sql =>
    sql`${names.of("c", table.softDelete.deletedAt)} IS NOT NULL`;

  for (const edge of group.incoming) {
    if (tally.of(edge.parent.name) === 0) continue;
    const parentId = names.of("p", edge.parent.softDelete.deletionId);
    const rows = await session.execute(
      dialect.updateByRelated({
        target: edge.child,
        related: edge.parent,
        on: edge.on.map((pair) => [pair.child, pair.parent]),
        set: [[edge.child.softDelete.deletionId, reached(edge.child)], ...dialect.keep(edge.child)],
        where: filter(deleted(edge.child)),
        relatedWhere: all.has("p", edge.parent),
        both: filter(
          sql`${names.of("c", edge.child.softDelete.deletionId)} = ${dialect.withVersion(parentId, UNMARKED_DIGIT)}`,
        ),
        correlated: true,
      }),
    );
    tally.add(edge.child.name, rows);
  }
  if (group.inner.length === 0 || group.tables.every((table) => tally.of(table.name) === 0)) return;
  const walk = {
    tables: group.tables,
    seeds: group.tables.map((table) => ({
      table,
      rest: sql`WHERE ${all.has("c", table)}`,
      carry: [
        ["d", dialect.withVersion(names.of("c", table.softDelete.deletionId), UNMARKED_DIGIT)],
      ] as const,
    })),
    steps: group.inner.map((edge) => ({
      edge,
      where: filter(
        and(deleted(edge.child), `${names.of("c", edge.child.softDelete.deletionId)} = w.d`),
      ),
    })),
  };
  for (const table of group.tables) {
    const rows = await session.execute(
      dialect.updateByWalk({
        target: table,
        walk,
        set: [[table.softDelete.deletionId, reached(table)], ...dialect.keep(table)],
        where: all.hasNot("c", table),
      }),
    );
    tally.add(table.name, rows);
  }
}

/** Marks, upwards from the matched rows, every parent row that is deleted: those rows alone. @internal */
export async function markParents(
  session: Session,
  table: readonly SoftDeleteTable[],
  rows: MarkedRows,
  recorder: Recorder,
): Promise<MarkedRows> {
  const { dialect } = session;
  const { names } = dialect;
  const id = loneId();
  const chain = new Members(session, [...rows.matched.ids, id]);
  const climb = (
    target: SoftDeleteTable,
  ): { set: Parameters<typeof dialect.update>[0]["set"]; where: Sql } => ({
    set: [[target.softDelete.deletionId, bind(id)], ...dialect.keep(target)],
    where: filter(
      and(`${names.of("c", target.softDelete.deletedAt)} IS NOT NULL`, chain.hasNot("c", target)),
    ),
  });
  for (const group of [...session.graph.above(table)].reverse()) {
    if (group.inner.length > 0) {
      const walk = {
        tables: group.tables,
        seeds: group.tables.map((own) => ({ table: own, rest: sql`WHERE ${chain.has("c", own)}` })),
        steps: group.inner.map((edge) => ({
          edge,
          where: filter(sql`${names.of("c", edge.parent.softDelete.deletedAt)} IS NOT NULL`),
        })),
        upwards: true,
      };
      for (const target of group.tables) {
        const keys = `SELECT ${slots(walk, target).join(", ")} FROM walk w WHERE w.${isOf(walk, target)}`;
        await recorder.addParents(
          target,
          sql`${names.table(target)} c WHERE ${climb(target).where} AND ${names.row("c", target.primary)} IN (${keys})`,
          walkExpression(dialect, walk),
        );
        rows.tally.add(
          target.name,
          await session.execute(dialect.updateByWalk({ target, walk, ...climb(target) })),
        );
      }
    }
    for (const child of group.tables) {
      for (const edge of session.graph.parentEdges(child)) {
        if (group.tables.includes(edge.parent)) continue;
        const update = {
          target: edge.parent,
          related: child,
          on: edge.on.map((pair) => [pair.parent, pair.child] as const),
          relatedWhere: chain.has("p", child),
          ...climb(edge.parent),
        };
        const own = edge.on.map((pair) => pair.parent);
        const other = edge.on.map((pair) => pair.child);
        await recorder.addParents(
          edge.parent,
          sql`${names.table(edge.parent)} c WHERE ${update.where} AND ${names.row("c", own)} IN (SELECT ${names.list("p", other)} FROM ${names.table(child)} p WHERE ${update.relatedWhere})`,
        );
        rows.tally.add(edge.parent.name, await session.execute(dialect.updateByRelated(update)));
      }
    }
  }
  return { ...rows, all: new Members(session, [...rows.all.ids, id]) };
}

/** A working id of no deletion. */
function loneId(): string {
  return marked(newDeletionId(new Date()), "reached");
}
