import { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import { type MarkedRows, loneId } from "./marking";
import { Recorder } from "../record/recorder";
import { Members } from "../rows/members";
import { Sql, bind, filter, and, sql } from "../sql/sql";
import { isDeleted } from "../sql/state";
import { slots, isOf } from "../sql/walk";
import { walkExpression } from "../sql/walk-expression";
import { columnsAt, kindOf } from "../sql/edge-conditions";
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
        const keys = `SELECT ${slots(walk, target).join(", ")} FROM sd_walk w WHERE w.${isOf(walk, target)}`;
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
