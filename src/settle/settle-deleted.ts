import type { SoftDeleteTable } from "../plan/table";
import { Recorder } from "../record/recorder";
import { reportSettle } from "../record/report";
import { chunks } from "../rows/chunks";
import { LATEST, newDeletionId } from "../rows/deletion-id";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { oneKey } from "../sql/keys";
import type { Assignment } from "../sql/statements";
import { and, bind, join, sql, type Sql } from "../sql/sql";
import { isUnsettled } from "../sql/state";
import { decide, type HalfRestoredRow } from "./half-restored";
import { pick, ROWS_PER_STATEMENT, still, update } from "./picked-rows";
import { inSavepoint } from "./savepoint";
import { IDS_PER_CASCADE } from "./settle-cascade";
import { takeUnrestricted } from "./take-unrestricted";

/** What becomes of a deleted row that belongs to no deletion, beside an id. */
export interface DeletedOptions {
  /** Whether the active rows below it are taken along. */
  readonly cascade: boolean;
  /** Whether it comes back where active rows over `RESTRICT` would have refused its deletion. */
  readonly undoRestricted: boolean;
}

/** Gives rows that are deleted and belong to no deletion one each. Each row keeps its delete date. @internal */
export async function settleDeleted(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
  { cascade, undoRestricted }: DeletedOptions,
): Promise<Tally> {
  const { names } = session.dialect;
  const { deletedAt, deletionId, deletedFlag } = table.softDelete;
  const recorder = new Recorder(session, "afterSoftDelete");
  const unsettled = and(isUnsettled(names, "c", table, "deleted"));
  const moment = `${names.of("c", deletedAt)} AS moment`;
  const picked = await pick(session, table, moment, unsettled, limit, (row, record) => ({
    ...row,
    deletionId: newDeletionId(timeOf(session.hydrate(deletedAt, record["moment"]))),
  }));
  const tally = new Tally();
  for (const rows of chunks(picked, ROWS_PER_STATEMENT)) {
    for (const row of rows) recorder.addKey(table, null, row.primaryKey);
    const set: Assignment[] = [[deletionId, idOfEach(session, table, rows)]];
    if (deletedFlag) set.push([deletedFlag, session.value(deletedFlag, true)]);
    const where = still(session, table, rows, unsettled);
    tally.add(table.name, await update(session, table, set, where));
  }
  const restricted = undoRestricted ? await findRestricted(session, table, picked) : [];
  if (cascade) {
    const ids = picked.filter((row) => !restricted.includes(row)).map((row) => row.deletionId);
    for (const some of chunks(ids, IDS_PER_CASCADE)) {
      await takeUnrestricted(session, { table }, some, tally);
    }
  }
  await reportSettle(session, recorder, table.name, tally);
  if (restricted.length > 0) await decide(session, table, restricted);
  return tally;
}

/** Of rows with a deletion each those whose deletion would have been refused: found by trying. */
async function findRestricted(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly HalfRestoredRow[],
): Promise<HalfRestoredRow[]> {
  const restricted: HalfRestoredRow[] = [];
  if (session.graph.plan([table]).restricts.length === 0) return restricted;
  for (const some of chunks(rows, IDS_PER_CASCADE)) {
    const ids = some.map((row) => row.deletionId);
    const refused = await inSavepoint(
      session,
      (inner) => takeUnrestricted(inner, { table, strict: true }, ids, new Tally()),
      () => false,
    );
    restricted.push(...some.filter((row) => refused.includes(row.deletionId)));
  }
  return restricted;
}

/** The deletion id of each row, by its primary key. */
function idOfEach(session: Session, table: SoftDeleteTable, rows: readonly HalfRestoredRow[]): Sql {
  const { dialect } = session;
  const whens = rows.map(
    ({ key, deletionId: id }) =>
      sql`WHEN ${oneKey(dialect.names, "c", table.primary, key)} THEN ${dialect.typed(table.softDelete.deletionId, bind(id))}`,
  );
  return sql`CASE ${join(whens, " ")} END`;
}

/** A delete date as a time that a deletion id can hold: databases also have infinite and impossible ones. */
function timeOf(deletedAt: unknown): Date {
  const time = deletedAt instanceof Date ? deletedAt.getTime() : Number(deletedAt);
  return new Date(Number.isNaN(time) ? 0 : Math.min(Math.max(time, 0), LATEST));
}
