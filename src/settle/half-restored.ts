import type { SoftDeleteTable } from "../plan/table";
import { ParentDeletedError } from "../errors";
import { chunks } from "../rows/chunks";
import { deletionTime, markDigit } from "../rows/deletion-id";
import { keyText } from "../rows/key-text";
import { carries, Members } from "../rows/members";
import { Tally } from "../rows/tally";
import { handOver } from "../restore/hand-over";
import { markBelow, markMatched } from "../restore/marking";
import { UniqueCollision } from "../restore/restore-conflict";
import { restoreMatched } from "../restore/restore-matched";
import { contextOf } from "../restore/restore-options";
import { now } from "../session/settings";
import type { Session } from "../session/session";
import { transact } from "../session/transaction";
import type { Assignment } from "../sql/statements";
import { and, filter, join, sql, type Sql } from "../sql/sql";
import { isActive } from "../sql/state";
import { ROWS_PER_STATEMENT, still, update, type PickedRow } from "./picked-rows";
import { inSavepoint } from "./savepoint";
import { IDS_PER_CASCADE } from "./settle-cascade";
import { takeUnrestricted } from "./take-unrestricted";

/** A row that has been restored, or is to be, without what its deletion took below it. */
export interface HalfRestoredRow extends PickedRow {
  readonly deletionId: string;
}

/** What was decided. */
export interface Decided {
  /** What came back, and what was handed over then. */
  readonly restored: Tally;
  /** What was deleted again, with the active rows below it. */
  readonly deleted: Tally;
  /** Of those the given rows. */
  readonly takenBack: readonly HalfRestoredRow[];
  /** Deletions whose rows could neither be restored nor be taken back. */
  readonly undecided: readonly string[];
}

/** Rows that are decided together, and what is known so far. */
interface Work extends Pick<Decided, "restored" | "deleted"> {
  readonly session: Session;
  readonly table: SoftDeleteTable;
  readonly takenBack: HalfRestoredRow[];
  readonly undecided: Set<string>;
}

/**
 * Finishes the restore of rows, as `restore()` would have done it, or takes it back: of those that would hang by a parent which
 * stays deleted, and of those whose deletion took a row whose unique key is taken by now.
 *
 * @internal
 */
export async function decide(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly HalfRestoredRow[],
): Promise<Decided> {
  const work: Work = {
    session,
    table,
    restored: new Tally(),
    deleted: new Tally(),
    takenBack: [],
    undecided: new Set(),
  };
  await finish(work, rows);
  return { ...work, undecided: [...work.undecided] };
}

async function finish(work: Work, rows: readonly HalfRestoredRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { session, table } = work;
  try {
    const done = await transact(session.manager, (inner) =>
      restoreMatched(
        inner,
        { table, conditions: [these(inner, table, rows)], keys: rows.length, native: true },
        contextOf(session.manager.dataSource, {}),
      ),
    );
    for (const some of [done.tally, done.handedOver]) work.restored.addAll(some);
  } catch (error) {
    if (error instanceof ParentDeletedError) {
      const blocked = await findBlocked(session, table, rows);
      const free = rows.filter((row) => !blocked.has(row));
      await takeBack(work, free.length < rows.length ? [...blocked] : rows);
      await finish(work, free.length < rows.length ? free : []);
    } else if (error instanceof UniqueCollision && rows.length > 1) {
      // A row below one of them: halves find it in few steps.
      const half = Math.ceil(rows.length / 2);
      await finish(work, rows.slice(0, half));
      await finish(work, rows.slice(half));
    } else if (error instanceof UniqueCollision) await takeBack(work, rows);
    else throw error;
  }
}

/** Which of the rows hang by a parent that stays deleted, or by one that does so itself: found by trying. */
function findBlocked(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly HalfRestoredRow[],
): Promise<Set<HalfRestoredRow>> {
  return inSavepoint(
    session,
    async (inner) => {
      for (const some of chunks(rows, ROWS_PER_STATEMENT)) await deleteAgain(inner, table, some);
      const { names } = inner.dialect;
      const keys = inner.dialect.anyKey(
        "c",
        table.primary,
        rows.map((row) => row.key),
      );
      const marks = await markMatched(inner, table, [keys], idsOf(rows));
      await markBelow(inner, table, marks);
      const groups = inner.graph.below([table]);
      await handOver(inner, groups, marks.all, now(inner.manager.dataSource));
      const free = await inner.select(
        sql`SELECT ${inner.keyColumns("c", table)} FROM ${names.table(table)} c WHERE ${and(keys, filter(marks.matched.has("c", table)))}`,
      );
      const texts = new Set(free.map((row) => keyText(Object.values(inner.key(table, row)))));
      return new Set(rows.filter((row) => !texts.has(keyText(Object.values(row.primaryKey)))));
    },
    () => false,
  );
}

/** Deletes rows again, at the time that their deletion ids tell, with what hangs below them by now. */
async function takeBack(work: Work, rows: readonly HalfRestoredRow[]): Promise<void> {
  const { session, table, deleted } = work;
  for (const ids of chunks(idsOf(rows), IDS_PER_CASCADE)) {
    const begin = async (inner: Session, open: readonly string[]): Promise<number> => {
      let count = 0;
      const some = rows.filter((row) => open.includes(row.deletionId));
      for (const chunk of chunks(some, ROWS_PER_STATEMENT)) {
        count += await deleteAgain(inner, table, chunk, "matched");
      }
      return count;
    };
    const refused = await takeUnrestricted(session, { table, begin }, ids, deleted);
    for (const id of refused) work.undecided.add(id);
    for (const row of rows) {
      if (ids.includes(row.deletionId) && !refused.includes(row.deletionId))
        work.takenBack.push(row);
    }
  }
}

/** Writes the date of their deletions into active rows, and marks them if they are to be. */
function deleteAgain(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly HalfRestoredRow[],
  mark?: "matched",
): Promise<number> {
  const { dialect } = session;
  const { deletedAt, deletionId, deletedFlag } = table.softDelete;
  const times = idsOf(rows).map((id) => {
    const time = session.value(deletedAt, deletionTime(id));
    return sql`WHEN ${carries(session, "c", table, id)} THEN ${dialect.typed(deletedAt, time)}`;
  });
  const set: Assignment[] = [[deletedAt, sql`CASE ${join(times, " ")} END`]];
  if (mark) {
    const id = dialect.names.of("c", deletionId);
    set.push([deletionId, dialect.withVersion(id, markDigit(mark))]);
  }
  if (deletedFlag) set.push([deletedFlag, session.value(deletedFlag, true)]);
  const active = sql`${isActive(dialect.names, "c", table)}`;
  return update(session, table, set, and(these(session, table, rows), filter(active)));
}

/** A condition that a row `c` is one of these, and still of the deletion that is known of it. */
function these(session: Session, table: SoftDeleteTable, rows: readonly HalfRestoredRow[]): Sql {
  return still(session, table, rows, new Members(session, idsOf(rows)).has("c", table));
}

function idsOf(rows: readonly HalfRestoredRow[]): string[] {
  return [...new Set(rows.map((row) => row.deletionId))];
}
