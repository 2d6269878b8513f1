import type { EntityManager, EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { ownColumn } from "../plan/table";
import { byKeys } from "../rows/by-keys";
import { keyTextOfObject } from "../rows/key-text";
import { rowsByIds, walkLoaded, type LoadedObject } from "../rows/loaded-objects";
import type { NamedRows } from "../rows/named-rows";
import { shownColumns } from "../rows/objects";
import type { Session } from "../session/session";
import {
  isListenedTo,
  tellHook,
  type EntityHook,
  type HookedAction,
} from "../typeorm/entity-hooks";

/** How a row stands. */
export interface Standing {
  readonly deleted: boolean;
  readonly deletionId: unknown;
}

/** An operation of which TypeORM's listeners and subscribers are told. */
export interface HookedCall {
  readonly action: HookedAction;
  readonly rows: NamedRows;
  /** Whether the operation takes a row: one that the caller has named, or one below another that it takes. */
  readonly takes: (row: Standing, parent: Standing | undefined) => boolean;
  /** Whether it has taken the row, by how that stands now; undefined where it is gone. */
  readonly hasTaken: (row: Standing | undefined) => boolean;
}

/** Whether anybody listens to an operation on these rows. @internal */
export function isHooked(
  manager: EntityManager,
  action: HookedAction,
  { table, conditions, objects, tells }: NamedRows,
): boolean {
  if (!tells || conditions.length === 0) return false;
  if (!objects) return isListenedTo(tells.metadata, action, false);
  return SoftDeleteGraph.of(manager.dataSource)
    .below([table])
    .flatMap((group) => group.tables)
    .some((one) => one.metadatas.some((metadata) => isListenedTo(metadata, action, true)));
}

/**
 * Runs an operation, in its transaction, between TypeORM's before-hooks and its after-hooks: of given objects one for each of
 * them, and for each one loaded below them that the operation takes; of criteria one for the call. What a hook throws refuses
 * the operation. A transaction that is run again, after a deadlock say, tells again.
 *
 * Costs nothing where nobody listens, else, with objects, a SELECT for each of their classes, and for a removal one more.
 *
 * @internal
 */
export async function betweenHooks<Result>(
  session: Session,
  call: HookedCall,
  operation: () => Promise<Result>,
): Promise<Result> {
  const { runner, manager } = session;
  const { action, rows } = call;
  if (!rows.tells || !isHooked(manager, action, rows)) return operation();
  const { metadata, data } = rows.tells;
  const former = runner.data;
  if (data) runner.data = data;
  try {
    if (rows.objects) return await betweenHooksOfObjects(session, call, operation);
    await tellHook(runner, metadata, `before${action}`);
    const result = await operation();
    await tellHook(runner, metadata, `after${action}`);
    return result;
  } finally {
    runner.data = former;
  }
}

async function betweenHooksOfObjects<Result>(
  session: Session,
  call: HookedCall,
  operation: () => Promise<Result>,
): Promise<Result> {
  const { action } = call;
  const before = await readRows(session, loadedOf(session, call));
  const told = loadedOf(session, call, before);
  await tell(session, `before${action}`, told, before);
  const result = await operation();
  try {
    const now = action === "Remove" ? await readRows(session, told) : undefined;
    const taken = told.filter((one) => {
      const row = now ? now.get(one.object) : one.object;
      return call.hasTaken(row && standingOf(one, row));
    });
    await tell(session, `after${action}`, taken, before);
  } catch (error) {
    if (action !== "Remove") showAsBefore(session, call, before);
    throw error;
  }
  return result;
}

type Rows = ReadonlyMap<ObjectLiteral, ObjectLiteral>;

/** The given objects with those below them: all that are loaded or, by the rows that they are of, those that it takes. */
function loadedOf(session: Session, { rows, takes }: HookedCall, known?: Rows): LoadedObject[] {
  const found = new Map<ObjectLiteral, LoadedObject>();
  const standing = (loaded: LoadedObject | undefined): Standing | undefined => {
    const row = loaded && known?.get(loaded.object);
    return row && standingOf(loaded, row);
  };
  const enter = (loaded: LoadedObject, parent: LoadedObject | undefined): boolean => {
    if (found.has(loaded.object)) return false;
    if (known) {
      const own = standing(loaded);
      if (!own || !takes(own, standing(parent))) return false;
    }
    found.set(loaded.object, loaded);
    return true;
  };
  if (rows.objects) walkLoaded(session.graph, rows.objects, enter);
  return [...found.values()];
}

function standingOf({ table, metadata }: LoadedObject, row: ObjectLiteral): Standing {
  const { deletedAt, deletionId } = table.softDelete;
  const valueOf = (column: typeof deletedAt): unknown =>
    ownColumn(metadata, column)?.getEntityValue(row);
  return { deleted: (valueOf(deletedAt) ?? null) !== null, deletionId: valueOf(deletionId) };
}

async function tell(
  { runner }: Session,
  hook: EntityHook,
  told: readonly LoadedObject[],
  rows: Rows,
): Promise<void> {
  for (const { metadata, object } of told) {
    const row = rows.get(object);
    if (row) await tellHook(runner, metadata, hook, { entity: object, row });
  }
}

/** The rows that objects are of, as TypeORM loads them; none for one whose row is gone. */
async function readRows(session: Session, loaded: readonly LoadedObject[]): Promise<Rows> {
  const byClass = new Map<EntityMetadata, LoadedObject[]>();
  for (const one of loaded) {
    const known = byClass.get(one.metadata);
    if (known) known.push(one);
    else byClass.set(one.metadata, [one]);
  }
  const found = new Map<ObjectLiteral, ObjectLiteral>();
  for (const [metadata, some] of byClass) {
    const keyOf = (object: ObjectLiteral): string =>
      keyTextOfObject(metadata.dataSource, metadata.primaryColumns, object);
    const ids = new Map(some.map(({ object }) => [keyOf(object), object]));
    const rows = await rowsByIds(ids, (list) => select(session, metadata, list), keyOf);
    for (const { object } of some) {
      const row = rows.get(keyOf(object));
      if (row) found.set(object, row);
    }
  }
  return found;
}

function select(
  session: Session,
  metadata: EntityMetadata,
  ids: readonly ObjectLiteral[],
): Promise<ObjectLiteral[]> {
  const { softDelete } = session.graph.get(metadata.target);
  const query = session.manager
    .createQueryBuilder<ObjectLiteral>(metadata.target, "c")
    .withDeleted()
    .where(...byKeys(session.dialect, metadata, ids).named());
  for (const shared of softDelete.stamped.values()) {
    const column = ownColumn(metadata, shared);
    if (column?.isSelect === false) query.addSelect(`c.${column.propertyPath}`);
  }
  return query.getMany();
}

/** The operation is about to be rolled back: the objects show their rows as those were. */
function showAsBefore(session: Session, call: HookedCall, before: Rows): void {
  for (const { table, metadata, object } of loadedOf(session, call)) {
    const row = before.get(object);
    if (!row) continue;
    for (const column of shownColumns(table, metadata)) {
      column.setEntityValue(object, column.getEntityValue(row));
    }
  }
}
