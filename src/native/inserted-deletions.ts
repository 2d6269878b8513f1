import type { EntityManager } from "typeorm";

import { refuseRestricted } from "../delete/restrict";
import type { PrimaryKey } from "../errors";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import { isHeard } from "../record/listeners";
import { Recorder } from "../record/recorder";
import { reportSoftDeletes, type Made } from "../record/report";
import { Members } from "../rows/members";
import { refresh } from "../rows/objects";
import { Tally, totalOf } from "../rows/tally";
import type { Session } from "../session/session";
import { takeBelow } from "../settle/settle-cascade";
import { sql } from "../sql/sql";
import { objectsOf, tableOf } from "./call-groups";
import { byKeyOf, type NativeCall } from "./native-call";

/**
 * Takes what `save()` has inserted below rows that are deleted from the start, each under the deletion of the row by which it
 * hangs, and tells the log and the listeners of these deletions.
 */
export async function takeBelowInserted(
  session: Session,
  calls: readonly NativeCall[],
): Promise<void> {
  for (const [table, some] of byTable(calls)) {
    const ids = idsOf(some);
    const tally = new Tally();
    tally.add(table.name, ids.length);
    if (some.some((call) => call.save)) {
      await takeBelow(session, table, ids, tally);
      for (const edge of session.graph.plan([table]).restricts) {
        if (tally.of(edge.parent.name) > 0) await refuseRestricted(session, edge, ids);
      }
      if (totalOf(tally.toCounts()) > ids.length)
        await refresh(session, objectsOf({ calls: some }));
    }
    const left = some.filter((call) => call.reported !== true);
    await report(session, table, left, tally);
  }
}

/** Tells the log and the listeners of rows that were inserted as deleted ones, with nothing below them. */
export async function reportInserted(
  session: Session,
  calls: readonly NativeCall[],
): Promise<void> {
  for (const [table, some] of byTable(calls)) await report(session, table, some);
}

/** Whether a deletion may take something along from below a row, or be refused for it. */
export function hasBelow({ dataSource }: EntityManager, table: SoftDeleteTable): boolean {
  const { groups, restricts } = SoftDeleteGraph.of(dataSource).plan([table]);
  const [top] = groups;
  return groups.length > 1 || (top?.inner.length ?? 0) > 0 || restricts.length > 0;
}

/** Removes rows that were inserted outside a transaction by a call that is refused. */
export async function removeInserted(
  session: Session,
  calls: readonly NativeCall[],
): Promise<void> {
  for (const [table, some] of byTable(calls.filter((call) => !call.save))) {
    const inserted = new Members(session, idsOf(some)).has("c", table);
    await session.execute(session.dialect.delete(table, inserted));
  }
}

async function report(
  session: Session,
  table: SoftDeleteTable,
  calls: readonly NativeCall[],
  /** What they have taken; undefined where that is each row alone. */
  all?: Tally,
): Promise<void> {
  if (calls.length === 0 || !isHeard(session.manager, "afterSoftDelete")) return;
  const recorder = new Recorder(session, "afterSoftDelete");
  const ids = idsOf(calls);
  const tallies = all
    ? await talliesOf(session, ids, session.graph.plan([table]), all)
    : new Map<string, Tally>();
  const keys = all ? undefined : await keysOf(session, table, ids);
  const made: Made[] = [];
  for (const call of calls) {
    const { inserted: deletion } = call;
    const key = deletion && (keys ? keys.get(deletion.id) : byKeyOf(table, call).id);
    const tally = deletion && (keys ? new Tally() : tallies.get(deletion.id));
    // An upsert has changed a row that was there.
    if (!tally || (keys && !key)) continue;
    if (keys) tally.add(table.name, 1);
    if (key) recorder.addKey(table, deletion.id, key);
    else recorder.countRoots(deletion.id, 1);
    made.push({ deletion, taken: { roots: 1, tally } });
  }
  await reportSoftDeletes(session, recorder, table.name, made);
}

/** The keys of the rows of deletions of one row: one SELECT. */
async function keysOf(
  session: Session,
  table: SoftDeleteTable,
  ids: readonly string[],
): Promise<Map<string, PrimaryKey>> {
  const { names } = session.dialect;
  const rows = await session.select<{ d: string }>(
    sql`SELECT ${session.keyColumns("c", table)}, ${names.of("c", table.softDelete.deletionId)} AS d FROM ${names.table(table)} c WHERE ${new Members(session, ids).has("c", table)}`,
  );
  return new Map(rows.map((row) => [row.d, session.key(table, row)]));
}

/** What each deletion has taken: one SELECT for each table. */
async function talliesOf(
  session: Session,
  ids: readonly string[],
  { groups }: { readonly groups: readonly { readonly tables: readonly SoftDeleteTable[] }[] },
  all: Tally,
): Promise<Map<string, Tally>> {
  const { names } = session.dialect;
  const members = new Members(session, ids);
  const tallies = new Map<string, Tally>();
  for (const table of groups.flatMap((group) => group.tables)) {
    if (all.of(table.name) === 0) continue;
    const column = names.of("c", table.softDelete.deletionId);
    const rows = await session.select<{ d: string; n: string | number }>(
      sql`SELECT ${column} AS d, COUNT(*) AS n FROM ${names.table(table)} c WHERE ${members.has("c", table)} GROUP BY ${column}`,
    );
    for (const { d, n } of rows) {
      const tally = tallies.get(d) ?? new Tally();
      tallies.set(d, tally);
      tally.add(table.name, Number(n));
    }
  }
  return tallies;
}

function byTable(calls: readonly NativeCall[]): Map<SoftDeleteTable, NativeCall[]> {
  const all = new Map<SoftDeleteTable, NativeCall[]>();
  for (const call of calls) {
    const table = tableOf(call);
    if (table) all.set(table, [...(all.get(table) ?? []), call]);
  }
  return all;
}

function idsOf(calls: readonly NativeCall[]): string[] {
  return calls.flatMap(({ inserted }) => (inserted ? [inserted.id] : []));
}
