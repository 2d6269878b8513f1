import { UnknownRowsError } from "../errors";
import { takeMarked, takeRows } from "../delete/take-rows";
import type { SoftDeleteTable } from "../plan/table";
import { authorOf, type Author } from "../record/author";
import type { RestoreContext } from "../restore/restore-options";
import { restoreMatched } from "../restore/restore-matched";
import { newDeletionId } from "../rows/deletion-id";
import type { Deletion } from "../rows/stamps";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { and, filter, type Sql } from "../sql/sql";
import { runStatement } from "../typeorm/run-statement";
import { conditionOf, isUnguarded } from "../typeorm/update-text";
import { tableOf } from "./call-groups";
import { forgetDeletion, isContrary } from "./contrary-rows";
import {
  countOf,
  isUnsettledBefore,
  keysOf,
  keysUnder,
  OutOfStep,
  recentlyMoved,
  stillMoved,
} from "./moved-rows";
import type { NativeCall } from "./native-call";
import { putBackStray, redate } from "./put-back";

/** A statement of TypeORM's, as its hooks tell of it. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** How many rows it has matched; undefined where the database has to be asked. */
  readonly affected: number | undefined;
  /** How long it took. */
  readonly seconds: number;
}

/** What a call does around its statement, in the transaction that holds both. */
export interface StatementWork {
  /** Before the statement is sent. */
  prepare(session: Session): Promise<void>;
  /** @throws OutOfStep where its rows cannot be told from others. */
  settle(session: Session, statement: Statement): Promise<void>;
  /** All of it once more, the statement included, which has been taken back. */
  again(session: Session, statement: Statement): Promise<void>;
}

/** The work of a call that soft-deletes or restores rows by an UPDATE. */
export function updateWork(call: NativeCall, text: string): StatementWork {
  const { direction, at } = call;
  const table = tableOf(call);
  let others = false;
  return {
    async prepare(session) {
      if (!table) return;
      // Where nothing keeps it from them, it gives rows that have a date another one.
      const touchesDeleted = call.update === true || isUnguarded(text);
      const moment = touchesDeleted ? undefined : { at, seconds: 0 };
      others = await isUnsettledBefore(session, table, direction, moment);
    },
    async settle(session, statement) {
      if (table) await settleUpdate(session, call, table, statement, others);
    },
    async again(session, statement) {
      if (table) await makeAgain(session, call, table, statement);
    },
  };
}

/** Of rows that nothing else can have moved there are as many as the statement has matched. */
async function settleUpdate(
  session: Session,
  call: NativeCall,
  table: SoftDeleteTable,
  { affected, seconds }: Statement,
  others: boolean,
): Promise<void> {
  const matched = affected ?? (await countOf(session));
  if (matched === 0) return;
  if (others) throw new OutOfStep();
  const { direction, at } = call;
  const stray = direction === "deleted" ? await putBackStray(session, table, seconds) : 0;
  const expected = matched - stray;
  if (expected <= 0) return;
  const rows = await recentlyMoved(session, table, direction, expected, { at, seconds });
  if ((await settle(session, call, table, rows)) !== expected) throw new OutOfStep();
}

/** With the keys of its rows, which are looked up by the statement's condition, and locked. */
async function makeAgain(
  session: Session,
  call: NativeCall,
  table: SoftDeleteTable,
  { text, parameters }: Statement,
): Promise<void> {
  const { direction, metadata, at } = call;
  const condition = conditionOf(session.manager.dataSource, text, parameters);
  if (!condition) throw new UnknownRowsError(metadata.name);
  const keys = await keysUnder(session, table, direction, condition);
  if (keys.length === 0 && call.update !== true) return;
  const rows = keysOf(session, table, keys);
  if (call.update === true) {
    const contrary = and(rows, filter(isContrary(session, table, direction)));
    if (direction === "deleted") await forgetDeletion(session, table, contrary);
    else await settle(session, call, table, contrary);
    // Whatever else it sets is written as well.
    await runStatement(session.runner, text, [...parameters]);
    if (direction === "deleted") {
      await putBackStray(session, table, 0);
      await redate(session, table, rows);
    }
    await settle(session, call, table, stillMoved(session, table, direction, rows));
    return;
  }
  const named = { table, conditions: [rows], keys: keys.length };
  if (direction === "deleted") await takeRows(session, [named], newDeletion(session, at));
  else await restoreMatched(session, named, restoreContext(session));
}

/** Returns how many rows it has found. */
async function settle(
  session: Session,
  { direction, at }: NativeCall,
  table: SoftDeleteTable,
  condition: Sql,
): Promise<number> {
  if (direction === "deleted") {
    const marked = [{ table, conditions: [condition] }];
    return (await takeMarked(session, marked, newDeletion(session, at))).roots;
  }
  const matched = { table, conditions: [condition], native: true };
  return (await restoreMatched(session, matched, restoreContext(session))).roots;
}

function newDeletion(session: Session, at: Date | undefined): Deletion {
  const deletedAt = at ?? now(session.manager.dataSource);
  return { id: newDeletionId(deletedAt), deletedAt, ...authorIn(session) };
}

/** @internal */
export function restoreContext(session: Session): RestoreContext {
  const time = now(session.manager.dataSource);
  return { parents: "refuse", below: true, now: time, author: authorIn(session) };
}

/** @internal */
export function authorIn({ manager: { dataSource, queryRunner } }: Session): Author {
  return authorOf(dataSource, { data: queryRunner?.data as unknown });
}
