import { AsyncLocalStorage } from "node:async_hooks";

import type { InsertEvent, ObjectLiteral, QueryRunner } from "typeorm";

import { isHeard } from "../record/listeners";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ownColumn, type SoftDeleteTable } from "../plan/table";
import { authorOf } from "../record/author";
import { newDeletionId } from "../rows/deletion-id";
import { stampObject, type Deletion } from "../rows/stamps";
import { now } from "../session/settings";
import { insertedObject, isSaved } from "../typeorm/hook-events";
import { insertsWithout, overwrites } from "../typeorm/insert-text";
import { givenDate } from "./given-date";
import type { NativeCall } from "./native-call";

/** A row that is inserted with a delete date, or with null for one. */
interface Inserted {
  readonly table: SoftDeleteTable;
  readonly call: NativeCall;
  /** The deletion of a row that is inserted as a deleted one. */
  readonly deletion: Deletion | undefined;
  /** Whether the object says anything of the date. */
  readonly given: boolean;
  /** The statement does not write its deletion id, or may write the date into a row that is there already. */
  open: boolean;
}

/** The rows of the inserts that were started in one turn. */
interface Insert {
  readonly runner: QueryRunner;
  readonly rows: Inserted[];
  ended: boolean;
}

/**
 * Gives rows that are inserted as deleted ones a deletion each, and tells what is left to do about them once they are written. An
 * insert whose statement does not say how its rows will stand is made a call by criteria, such as `softDelete(criteria)` is.
 */
export class InsertedRows {
  /** TypeORM calls its before-hook, sends its statement, and calls its after-hook in one async context. */
  readonly #current = new AsyncLocalStorage<Insert>();
  readonly #rows = new WeakMap<ObjectLiteral, Inserted>();

  /** A row is about to be inserted: its object gets what a deletion stamps. */
  before(event: InsertEvent<ObjectLiteral>): void {
    const { dataSource, manager, metadata, queryRunner } = event;
    const table = SoftDeleteGraph.of(dataSource).find(metadata);
    const object = insertedObject(event);
    if (!table || !object) return;
    const date = ownColumn(metadata, table.softDelete.deletedAt);
    const given = date && givenDate(date, date.getEntityValue(object));
    const deletion =
      given?.direction === "deleted" ? newDeletion(event, given.at ?? now(dataSource)) : undefined;
    stampObject(table, metadata, object, deletion ?? null);
    const at = given?.at ?? deletion?.deletedAt;
    // An upsert in which another row has a date sets it in all of them.
    const call = { manager, metadata, direction: given?.direction ?? "restored", at };
    const row = { table, call, deletion, given: given !== undefined, open: false };
    if (given) this.#rows.set(object, row);
    this.#insertOf(queryRunner).rows.push(row);
  }

  /** The calls of which nothing can be told by their rows, now that their statement is known. */
  opened(runner: QueryRunner, statement: string): NativeCall[] {
    const insert = this.#current.getStore();
    if (insert?.runner !== runner) return [];
    const open = insert.rows.filter(({ table, call: { metadata }, given, open: known }) => {
      const id = ownColumn(metadata, table.softDelete.deletionId);
      if (known || !insertsWithout(statement, metadata, id)) return false;
      return given || overwrites(statement, ownColumn(metadata, table.softDelete.deletedAt));
    });
    for (const row of open) row.open = true;
    return open.map(({ call }) => call);
  }

  /** A row has been inserted. Returns what the deletion id on it, or the one missing there, makes of the call. */
  after(event: InsertEvent<ObjectLiteral>): NativeCall[] {
    const object = insertedObject(event);
    const row = object && this.#rows.get(object);
    if (!row) return [];
    this.#rows.delete(object);
    const { call, deletion } = row;
    const { metadata } = event;
    const saved = isSaved(event);
    // Below a row that is inserted alone there is none yet.
    const calls: NativeCall[] = [];
    if (deletion && (saved || isHeard(event.manager, "afterSoftDelete"))) {
      const id = metadata.getEntityIdMap(object);
      calls.push({ ...call, id, entity: object, save: saved, inserted: deletion });
    }
    return calls;
  }

  #insertOf(runner: QueryRunner): Insert {
    const known = this.#current.getStore();
    if (known?.runner === runner && !known.ended) return known;
    const insert: Insert = { runner, rows: [], ended: false };
    this.#current.enterWith(insert);
    queueMicrotask(() => {
      insert.ended = true;
    });
    return insert;
  }
}

function newDeletion(
  { dataSource, queryRunner }: InsertEvent<ObjectLiteral>,
  deletedAt: Date,
): Deletion {
  const author = authorOf(dataSource, { data: queryRunner.data });
  return { id: newDeletionId(deletedAt), deletedAt, ...author };
}
