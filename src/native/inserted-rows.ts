import { AsyncLocalStorage } from "node:async_hooks";

import type { InsertEvent, ObjectLiteral, QueryRunner } from "typeorm";

import type { HeldTransaction } from "../session/held-transaction";
import type { Savepoint } from "../session/savepoint";
import { isHeard } from "../record/listeners";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ownColumn, type SoftDeleteTable } from "../plan/table";
import { authorOf } from "../record/author";
import { newDeletionId } from "../rows/deletion-id";
import { stampObject, type Deletion } from "../rows/stamps";
import { now } from "../session/settings";
import { callOf, insertedObject, isSaved } from "../typeorm/hook-events";
import { insertsInto, insertsWithout, overwrites } from "../typeorm/insert-text";
import { isInserted } from "../typeorm/kept-columns";
import { givenDate } from "./given-date";
import type { NativeCall } from "./native-call";
import type { StatementWork } from "./settle-statement";

/** A row that is inserted with a delete date, or with null for one. */
export interface Inserted {
  readonly table: SoftDeleteTable;
  readonly call: NativeCall;
  /** The deletion of a row that is inserted as a deleted one. */
  readonly deletion: Deletion | undefined;
  /** Whether the object says anything of the date. */
  readonly given: boolean;
  /** Whether its primary key was given. */
  readonly keyed: boolean;
  /** Its statement is known. */
  sent: boolean;
  /** The statement does not write its deletion id, or may write the date into a row that is there already. */
  open: boolean;
  /** The log and the listeners have been told. */
  reported: boolean;
}

/** The rows of which the hooks of one turn have told. */
interface Turn {
  readonly key: object;
  /** How many of them are in no statement that is known. */
  left: number;
  readonly rows: Inserted[];
  /** How many writes the hooks have told of, those of its rows included: a `save()` tells of all of its own beforehand. */
  told: number;
  ended: boolean;
}

/** What goes on in the async context of a before-hook: the insert of the row that it was called for, if that is the last one. */
export interface Insert {
  readonly runner: QueryRunner;
  readonly turn: Turn;
  /** How many rows of the turn had been told by then. */
  readonly count: number;
  /** Its statement, while other subscribers are asked about it. */
  asks?: string | undefined;
  /** The transaction that holds its statement, until the after-hook. */
  frame?: Frame | undefined;
  savepoint?: Savepoint | undefined;
  /** The end of the savepoint, where nothing is left to be done. */
  end?: Promise<void>;
  /** How many statements it has sent that insert rows: but for a `save()` it is one. */
  inserts: number;
  /** How many others it has sent since then that write. */
  others: number;
  /** Why all of it has been taken back. */
  failed?: Error | undefined;
}

/** A transaction, or savepoint, around the statement of an insert, and the SELECT by which TypeORM reads what the database has made. */
export interface Frame {
  readonly held: HeldTransaction;
  readonly text: string;
  readonly started: number;
  readonly work: StatementWork;
  readonly rows: readonly Inserted[];
  settled: boolean;
  reads: string | undefined;
  end?: Promise<void>;
}

/** Gives rows that are inserted as deleted ones a deletion each, and tells what is left to do about them once they are written. */
export class InsertedRows {
  /** TypeORM calls its before-hook, sends its statement, and calls its after-hook in one async context. */
  readonly #current = new AsyncLocalStorage<Insert>();
  readonly #rows = new WeakMap<ObjectLiteral, Inserted>();

  /** A row is about to be written. */
  tell(event: Pick<InsertEvent<ObjectLiteral>, "manager">): void {
    const turn = this.#current.getStore()?.turn;
    if (turn?.key === callOf(event) && !turn.ended) turn.told += 1;
  }

  /** A row is about to be inserted: its object gets what a deletion stamps. */
  before(event: InsertEvent<ObjectLiteral>): void {
    this.tell(event);
    const { dataSource, manager, metadata, queryRunner } = event;
    const table = SoftDeleteGraph.of(dataSource).find(metadata);
    const object = insertedObject(event);
    if (!table || !object) return;
    const date = ownColumn(metadata, table.softDelete.deletedAt);
    const given =
      date && isInserted(date) ? givenDate(date, date.getEntityValue(object)) : undefined;
    const deletion =
      given?.direction === "deleted" ? newDeletion(event, given.at ?? now(dataSource)) : undefined;
    stampObject(table, metadata, object, deletion ?? null);
    const at = given?.at ?? deletion?.deletedAt;
    // An upsert in which another row has a date sets it in all of them.
    const call = { manager, metadata, direction: given?.direction ?? "restored", at };
    const row: Inserted = {
      ...{ table, call, deletion, given: given !== undefined },
      keyed: metadata.getEntityIdMap(object) !== undefined,
      ...{ sent: false, open: false, reported: false },
    };
    if (given) this.#rows.set(object, row);
    this.#enter(queryRunner, callOf(event), row);
  }

  /** The insert in whose context the caller is. */
  current(runner: QueryRunner): Insert | undefined {
    const insert = this.#current.getStore();
    return insert?.runner === runner ? insert : undefined;
  }

  /** The rows that a statement of an insert writes. */
  written(insert: Insert, statement: string): Inserted[] {
    const { turn, count } = insert;
    if (turn.left === 0 || !/^(?:INSERT|\s*\/\*)/.test(statement)) return [];
    const written = turn.rows
      .slice(0, count)
      .filter(({ sent, call }) => !sent && insertsInto(statement, call.metadata));
    turn.left -= written.length;
    if (written.length > 0) insert.inserts += 1;
    for (const row of written) {
      const { table, call, given } = row;
      const id = ownColumn(call.metadata, table.softDelete.deletionId);
      const date = ownColumn(call.metadata, table.softDelete.deletedAt);
      row.sent = true;
      row.open =
        insertsWithout(statement, call.metadata, id) && (given || overwrites(statement, date));
    }
    return written;
  }

  /** Whether an object is that of a row which says something of the date. */
  knows(object: ObjectLiteral | undefined): boolean {
    return object !== undefined && this.#rows.has(object);
  }

  /** A row has been inserted. Returns what the deletion id on it, or the one missing there, makes of the call. */
  after(event: InsertEvent<ObjectLiteral>): NativeCall[] {
    const object = insertedObject(event);
    const row = object && this.#rows.get(object);
    if (!row) return [];
    this.#rows.delete(object);
    const { call, deletion, reported } = row;
    const saved = isSaved(event);
    // Below a row that is inserted alone there is none yet.
    const left = saved || (!reported && isHeard(event.manager, "afterSoftDelete"));
    if (!deletion || !left) return [];
    const id = event.metadata.getEntityIdMap(object);
    const savepoint = this.current(event.queryRunner)?.savepoint;
    return [{ ...call, id, entity: object, save: saved, inserted: deletion, reported, savepoint }];
  }

  /** Each row has a context of its own: of inserts that are started in one turn, each goes on in that of its last row. */
  #enter(runner: QueryRunner, key: object, row: Inserted): void {
    const known = this.#current.getStore()?.turn;
    const turn =
      known?.key === key && !known.ended
        ? known
        : { key, rows: [], left: 0, told: 0, ended: false };
    turn.rows.push(row);
    turn.left += 1;
    this.#current.enterWith({ runner, turn, count: turn.rows.length, inserts: 0, others: 0 });
    if (turn === known) return;
    queueMicrotask(() => {
      turn.ended = true;
    });
  }
}

function newDeletion(
  { dataSource, queryRunner }: InsertEvent<ObjectLiteral>,
  deletedAt: Date,
): Deletion {
  const author = authorOf(dataSource, { data: queryRunner.data });
  return { id: newDeletionId(deletedAt), deletedAt, ...author };
}
