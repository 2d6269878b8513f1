import { AsyncLocalStorage } from "node:async_hooks";

import type { EntityMetadata, InsertEvent, ObjectLiteral } from "typeorm";

import { callOf, insertedObject, isSaved } from "../../typeorm/hook-events";
import { hasExactKeys, insertsOnly } from "../../typeorm/inserted-keys";

/** A row that an insert has written, or is about to. */
interface InsertedRow {
  readonly metadata: EntityMetadata;
  readonly object: ObjectLiteral;
  /** Whether its primary key was given. */
  readonly keyed: boolean;
}

/** The rows of inserts that were started in one turn, and the statements that were sent for them. */
export interface InsertCall {
  readonly runner: object;
  readonly key: object;
  readonly rows: InsertedRow[];
  readonly statements: string[];
  ended: boolean;
}

/** Which rows an `insert()` has written, as far as that can be told without doubt. */
export class InsertCalls {
  /** TypeORM calls its before-hook, sends its statement, and calls its after-hook in one async context. */
  readonly #current = new AsyncLocalStorage<InsertCall>();

  before(event: InsertEvent<ObjectLiteral>): void {
    const { queryRunner, metadata, entity } = event;
    const key = callOf(event);
    const known = this.#current.getStore();
    const call: InsertCall =
      known?.key === key && !known.ended
        ? known
        : { runner: queryRunner, key, rows: [], statements: [], ended: false };
    call.rows.push({
      metadata,
      object: entity,
      keyed: metadata.getEntityIdMap(entity) !== undefined,
    });
    if (call === known) return;
    this.#current.enterWith(call);
    queueMicrotask(() => {
      call.ended = true;
    });
  }

  sent(statement: string): void {
    const call = this.#current.getStore();
    if (/^INSERT\b/.test(statement)) call?.statements.push(statement);
  }

  /** In the after-hook: the call of a row, unless `save()` has written it. */
  of(event: InsertEvent<ObjectLiteral>): InsertCall | undefined {
    const call = this.#current.getStore();
    if (call?.runner !== event.queryRunner || isSaved(event)) return undefined;
    return call.rows.some(({ object }) => object === insertedObject(event)) ? call : undefined;
  }
}

/** The rows of one entity that a call has written. */
export interface InsertedKeys {
  readonly metadata: EntityMetadata;
  readonly ids: readonly ObjectLiteral[];
}

/**
 * The primary keys of the rows that a call has written. Undefined where it may be several calls, where it may have changed rows
 * that were there, and where the keys that the database has made are not known for certain.
 */
export function keysOfCall({ rows, statements }: InsertCall): InsertedKeys | undefined {
  const [metadata, ...others] = new Set(rows.map((row) => row.metadata));
  if (!metadata || others.length > 0 || !insertsOnly(statements, metadata)) return undefined;
  const given = rows.map((row) => row.keyed);
  if (!hasExactKeys(metadata, given)) return undefined;
  const ids = rows.map(({ object }) => metadata.getEntityIdMap(object));
  const known = ids.filter((id) => id !== undefined);
  return known.length === ids.length ? { metadata, ids: known } : undefined;
}
