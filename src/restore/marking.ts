import { and, bind, filter, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import { markDigit, marked, newDeletionId, UNMARKED_DIGIT } from "../rows/deletion-id";
import { carries, Members } from "../rows/members";
import type { Session } from "../session/session";
import { Tally } from "../rows/tally";
import { type Descent, descend } from "../rows/descent";
import { isDeleted, hasNoDeletion } from "../sql/state";

/** The rows that a restore may revive, marked in the database while it works out which of them come back. */
export interface MarkedRows {
  /** The rows that the caller matched. */
  readonly matched: Members;
  readonly all: Members;
  /** How many are marked, by table. */
  readonly tally: Tally;
  readonly matchedCount: number;
}

/** Marks the matched rows of one table. @internal */
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

/** Marks the rows of the same deletions below marked ones, over binding relations. @internal */
export function markBelow(
  session: Session,
  table: SoftDeleteTable,
  { all, tally }: MarkedRows,
): Promise<void> {
  const { dialect } = session;
  const idOf = (alias: string, table: SoftDeleteTable): string =>
    dialect.names.of(alias, table.softDelete.deletionId);
  const descent: Descent = {
    from: (alias, parent) => all.has(alias, parent),
    takes: (child) => filter(sql`${isDeleted(dialect.names, "c", child)}`),
    isLeft: (child) => all.hasNot("c", child),
    carry: (alias, parent) => [["d", dialect.withVersion(idOf(alias, parent), UNMARKED_DIGIT)]],
    fits: (alias, child, value) => filter(sql`${idOf(alias, child)} = ${value("d")}`),
    set: (child) => [
      [child.softDelete.deletionId, dialect.withVersion(idOf("c", child), markDigit("reached"))],
      ...dialect.keep(child),
    ],
    givesValues: false,
  };
  return descend(session, session.graph.below([table]), descent, tally);
}

/** A working id of no deletion. @internal */
export function loneId(): string {
  return marked(newDeletionId(new Date()), "reached");
}
