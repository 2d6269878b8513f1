import type { InsertEvent, ObjectLiteral, QueryRunner, UpdateEvent } from "typeorm";

import { ParentDeletedError } from "../../errors";
import { keyText } from "../../rows/key-text";
import { Session } from "../../session/session";
import { transact } from "../../session/transaction";
import { connectedManager } from "../../typeorm/connections";
import { toDatabase } from "../../typeorm/column-values";
import { callOf, insertedObject } from "../../typeorm/hook-events";
import { TickBatches } from "../../typeorm/tick-batches";
import { InsertCalls, type InsertCall } from "./insert-calls";
import { deletedParents, deletedParentsOfRows, joinParents, type FoundParent } from "./parents";
import { insertedRow, updatedRow, type WrittenRow } from "./references";
import { removeInserted } from "./remove-inserted";

/**
 * Refuses writes that point an active row at a deleted parent over a binding relation. The parents are locked against
 * writers until the transaction ends, and where there is none they are looked at again after the write.
 */
export class ReferenceGuard {
  readonly #before = new TickBatches<WrittenRow, Looked>();
  readonly #after = new TickBatches<RowAfter>();
  readonly #inserts = new InsertCalls();
  readonly #work = new WeakMap<QueryRunner, Set<Promise<unknown>>>();

  /** A statement is about to be sent. */
  sent(statement: string): void {
    this.#inserts.sent(statement);
  }

  beforeInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    if (insertedObject(event)) this.#inserts.before(event);
    return this.#check(event, insertedRow(event));
  }

  beforeUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#check(event, updatedRow(event));
  }

  afterInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#checkAgain(event, insertedRow(event), this.#inserts.of(event));
  }

  afterUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.#checkAgain(event, updatedRow(event));
  }

  /** Waits for what is at work on a connection, whose transaction is about to be rolled back. */
  async drain(runner: QueryRunner): Promise<void> {
    await Promise.allSettled([...(this.#work.get(runner) ?? [])]);
  }

  /** Calls that are started in one turn may be looked at together, and each is refused for its own rows alone. */
  async #check(
    event: InsertEvent<ObjectLiteral> | UpdateEvent<ObjectLiteral>,
    row: WrittenRow | undefined,
  ): Promise<void> {
    if (!row || row.references.length === 0) return;
    const { queryRunner: runner } = event;
    const { rows: all, found } = await this.#before.add(callOf(event), row, (rows) =>
      this.#track(runner, lookAt(runner, rows)),
    );
    const refused = all.filter((one) => found.some((parent) => isParentOf(runner, parent, one)));
    // What cannot be told apart is refused whole.
    if (refused.length === 0 || refused.includes(row)) refuseFound(all, found);
  }

  #checkAgain(
    event: InsertEvent<ObjectLiteral> | UpdateEvent<ObjectLiteral>,
    row: WrittenRow | undefined,
    insert?: InsertCall,
  ): Promise<void> | undefined {
    if (!row) return undefined;
    const { queryRunner, metadata, entity } = event;
    const id = row.unsaid.length > 0 && entity ? metadata.getEntityIdMap(entity) : undefined;
    // The locks of a transaction still hold.
    const references = queryRunner.isTransactionActive ? [] : row.references;
    if (!id && references.length === 0) return undefined;
    return this.#after.add(callOf(event), { ...row, references, id, insert }, (rows) =>
      this.#track(queryRunner, refuseAgain(queryRunner, rows)),
    );
  }

  #track<Result>(runner: QueryRunner, work: Promise<Result>): Promise<Result> {
    const running = this.#work.get(runner) ?? new Set();
    this.#work.set(runner, running);
    running.add(work);
    return work.finally(() => running.delete(work));
  }
}

/** A row that has been written. */
interface RowAfter extends WrittenRow {
  readonly id: ObjectLiteral | undefined;
  /** What has inserted it, if that was an `insert()`. */
  readonly insert: InsertCall | undefined;
}

/** Rows that were looked at together, and the deleted parents to which any of them refers. */
interface Looked {
  readonly rows: readonly WrittenRow[];
  readonly found: readonly FoundParent[];
}

async function lookAt(runner: QueryRunner, rows: readonly WrittenRow[]): Promise<Looked> {
  return { rows, found: await deletedParents(new Session(runner), referencesOf(rows)) };
}

function isParentOf(runner: QueryRunner, { edge, key }: FoundParent, row: WrittenRow): boolean {
  const session = new Session(runner);
  const { dataSource } = session.manager;
  const textOf = (values: readonly unknown[]): string =>
    keyText(edge.on.map(({ parent }, index) => toDatabase(dataSource, parent, values[index])));
  const own = edge.on.map(({ parent }, index) => session.hydrate(parent, key[index]));
  return row.references.some((one) => one.edge === edge && textOf(one.key) === textOf(own));
}

async function refuseAgain(runner: QueryRunner, rows: readonly RowAfter[]): Promise<void> {
  const manager = connectedManager(runner);
  const references = referencesOf(rows);
  const found =
    references.length === 0
      ? []
      : await transact(manager, async (session) => {
          const parents = await deletedParents(session, references);
          if (parents.length === 0) return [];
          const inserts = rows.map(({ insert }) => insert);
          if (!(await removeInserted(session, inserts))) await joinParents(session, parents);
          return parents;
        });
  const ofRows = await deletedParentsOfRows(new Session(runner), rows);
  refuseFound(rows, [...found, ...ofRows]);
}

function referencesOf(rows: readonly WrittenRow[]): WrittenRow["references"] {
  return rows.flatMap((row) => row.references);
}

function refuseFound(rows: readonly WrittenRow[], found: readonly FoundParent[]): void {
  if (found.length === 0) return;
  const names = rows
    .filter(({ metadata }) => found.some(({ edge }) => edge.child.metadatas.includes(metadata)))
    .map(({ metadata }) => metadata.name);
  throw new ParentDeletedError(
    [...new Set(names)].join(", "),
    found.map(({ edge, id, deletionId }) => ({
      relation: edge.relation,
      entity: edge.parent.name,
      id,
      deletionId,
    })),
    "refer",
  );
}
