import { and, bind, join, sql, type Sql, filter } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { PrimaryKey } from "../errors";
import { Recorder } from "../record/recorder";
import { reportSettle } from "../record/report";
import { clear } from "../rows/stamps";
import { chunks } from "../rows/chunks";
import { LATEST, newDeletionId } from "../rows/deletion-id";
import { flagOutOfStep } from "../rows/flag";
import type { Session } from "../session/session";
import { takeBelow } from "./settle-cascade";
import type { Assignment } from "../sql/statements";
import { Tally } from "../rows/tally";
import { isUnsettled, isActive } from "../sql/state";
import { toDatabase } from "../typeorm/column-values";
import { oneKey } from "../sql/keys";

// A CASE is searched from its beginning for every row.
const ROWS_PER_STATEMENT = 500;

/** Gives rows that are deleted and belong to no deletion one each. Each row keeps its delete date. @internal */
export async function settleDeleted(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
  cascade: boolean,
): Promise<Tally> {
  const { dialect } = session;
  const { deletionId, deletedFlag } = table.softDelete;
  const recorder = new Recorder(session, "afterSoftDelete");
  const unsettled = and(isUnsettled(dialect.names, "c", table, "deleted"));
  const tally = new Tally();
  for (const rows of chunks(await pick(session, table, unsettled, limit), ROWS_PER_STATEMENT)) {
    for (const row of rows) recorder.addKey(table, null, row.primaryKey);
    const settled = rows.map((row) => ({ ...row, id: newDeletionId(timeOf(row.deletedAt)) }));
    const set: Assignment[] = [[deletionId, idOfEach(session, table, settled)]];
    if (deletedFlag) set.push([deletedFlag, session.value(deletedFlag, true)]);
    const taken = new Tally();
    taken.add(
      table.name,
      await update(session, table, set, still(session, table, rows, unsettled)),
    );
    const ids = cascade ? settled.map((row) => row.id) : [];
    await takeBelow(session, table, ids, taken);
    for (const [name, count] of Object.entries(taken.toCounts())) tally.add(name, count);
  }
  await reportSettle(session, recorder, table.name, tally);
  return tally;
}

/** Clears what a deletion has left on rows that are active. @internal */
export async function settleActive(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
): Promise<Tally> {
  const { names } = session.dialect;
  const unsettled = and(isUnsettled(names, "c", table, "restored"));
  return settleEach(session, table, limit, unsettled, clear(session, table));
}

/** Makes the flag say what the delete date says. @internal */
export async function settleFlags(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
): Promise<Tally> {
  const { dialect } = session;
  const { deletedFlag } = table.softDelete;
  const outOfStep = flagOutOfStep(session, table);
  if (!deletedFlag || !outOfStep) return new Tally();
  const flag = (deleted: boolean): Sql =>
    dialect.typed(deletedFlag, session.value(deletedFlag, deleted));
  const inStep = sql`CASE WHEN ${isActive(dialect.names, "c", table)} THEN ${flag(false)} ELSE ${flag(true)} END`;
  return settleEach(session, table, limit, outOfStep, [[deletedFlag, inStep]]);
}

async function settleEach(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
  unsettled: Sql,
  set: readonly Assignment[],
): Promise<Tally> {
  const tally = new Tally();
  for (const rows of chunks(await pick(session, table, unsettled, limit), ROWS_PER_STATEMENT)) {
    const where = still(session, table, rows, unsettled);
    tally.add(table.name, await update(session, table, set, where));
  }
  return tally;
}

/** An UPDATE that moves neither `version` nor the update date: nothing happens to these rows. */
function update(
  session: Session,
  table: SoftDeleteTable,
  set: readonly Assignment[],
  where: Sql,
): Promise<number> {
  const kept = [...set, ...session.dialect.keep(table)];
  return session.execute(session.dialect.update({ target: table, set: kept, where }));
}

interface PickedRow {
  readonly primaryKey: PrimaryKey;
  /** The values of the primary key, as the driver takes them. */
  readonly key: readonly unknown[];
  readonly deletedAt: unknown;
}

/** Locks some rows `c`, and reads their primary keys and delete dates. */
async function pick(
  session: Session,
  table: SoftDeleteTable,
  where: Sql,
  limit: number,
): Promise<PickedRow[]> {
  const { names, updateLock } = session.dialect;
  const { dataSource } = session.manager;
  const { deletedAt } = table.softDelete;
  const rows = await session.select(
    sql`SELECT ${session.keyColumns("c", table)}, ${names.of("c", deletedAt)} AS moment FROM ${names.table(table)} c WHERE ${where} LIMIT ${String(limit)}${updateLock}`,
  );
  return rows.map((row) => ({
    primaryKey: session.key(table, row),
    key: table.primary.map((column, index) =>
      toDatabase(dataSource, column, session.hydrate(column, row[`key${String(index)}`])),
    ),
    deletedAt: session.hydrate(deletedAt, row["moment"]),
  }));
}

/**
 * The picked rows that are unsettled still: on SQLite's single connection another call may have come in between. Not as a
 * plain condition, since its index holds all that is left to settle, and would be read through for every batch.
 */
function still(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly PickedRow[],
  unsettled: Sql,
): Sql {
  const keys = rows.map((row) => row.key);
  return and(session.dialect.anyKey("c", table.primary, keys), filter(unsettled));
}

/** The deletion id of each row, by its primary key. */
function idOfEach(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly (PickedRow & { readonly id: string })[],
): Sql {
  const { dialect } = session;
  const { deletionId } = table.softDelete;
  const whens = rows.map(
    ({ key, id }) =>
      sql`WHEN ${oneKey(dialect.names, "c", table.primary, key)} THEN ${dialect.typed(deletionId, bind(id))}`,
  );
  return sql`CASE ${join(whens, " ")} END`;
}

/** A delete date as a time that a deletion id can hold: databases also have infinite and impossible ones. */
function timeOf(deletedAt: unknown): Date {
  const time = deletedAt instanceof Date ? deletedAt.getTime() : Number(deletedAt);
  return new Date(Number.isNaN(time) ? 0 : Math.min(Math.max(time, 0), LATEST));
}
