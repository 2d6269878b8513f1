import { and, bind, filter, or, sql, type Sql } from "../sql/sql";
import { isOf, slots } from "../sql/walk";
import type { Group } from "../plan/groups";
import type { SoftDeleteTable } from "../plan/table";
import { markDigit, marked, newDeletionId, UNMARKED_DIGIT } from "../rows/deletion-id";
import { carries, Members } from "../rows/members";
import type { Recorder } from "../record/recorder";
import type { Session } from "../session/session";
import { walkExpression } from "../sql/walk-expression";
import { Tally } from "../rows/tally";
import { type Descent, descend } from "../rows/descent";
import { isDeleted, hasNoDeletion } from "../sql/state";
import { columnsAt, kindOf } from "../sql/edge-conditions";

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
            ? or(hasNoDeletion(names, "c", table), dialect.anyOf(column, known))
            : hasNoDeletion(names, "c", table),
        ),
      }),
    );
    matchedCount += tally.add(table.name, rows);
  }
  await markBelow(session, session.graph.below([table]), all, tally);
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

/** Marks the rows of the same deletions below marked ones. */
function markBelow(
  session: Session,
  groups: readonly Group[],
  all: Members,
  tally: Tally,
): Promise<void> {
  const { dialect } = session;
  const idOf = (alias: string, table: SoftDeleteTable): string =>
    dialect.names.of(alias, table.softDelete.deletionId);
  const descent: Descent = {
    from: (alias, parent) => all.has(alias, parent),
    takes: (child) => filter(sql`${isDeleted(dialect.names, "c", child)}`),
    isLeft: (child) => all.hasNot("c", child),
    carry: (alias, parent) => [["d", dialect.withVersion(idOf(alias, parent), UNMARKED_DIGIT)]],
    fits: (child, value) => filter(sql`${idOf("c", child)} = ${value("d")}`),
    set: (child) => [
      [child.softDelete.deletionId, dialect.withVersion(idOf("c", child), markDigit("reached"))],
      ...dialect.keep(child),
    ],
    givesValues: false,
  };
  return descend(session, groups, descent, tally);
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
    where: filter(and(isDeleted(names, "c", target), chain.hasNot("c", target))),
  });
  for (const group of [...session.graph.above(table)].reverse()) {
    if (group.inner.length > 0) {
      const walk = {
        tables: group.tables,
        seeds: group.tables.map((own) => ({ table: own, rest: sql`WHERE ${chain.has("c", own)}` })),
        steps: group.inner.map((edge) => ({
          edge,
          where: filter(sql`${isDeleted(names, "c", edge.parent)}`),
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
          edge,
          end: "parent" as const,
          relatedWhere: chain.has("p", child),
          ...climb(edge.parent),
        };
        const own = columnsAt(edge, "parent");
        const other = columnsAt(edge, "child");
        const ofKind = kindOf(names, edge, "child", "p");
        await recorder.addParents(
          edge.parent,
          sql`${names.table(edge.parent)} c WHERE ${update.where} AND ${names.row("c", own)} IN (SELECT ${names.list("p", other)} FROM ${names.table(child)} p WHERE ${and(update.relatedWhere, ...ofKind)})`,
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
