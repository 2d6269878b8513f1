import type { EntityManager } from "typeorm";

import type { Sql } from "../sql/sql";
import { DeletionNotFoundError } from "../errors";
import { hasLog } from "../record/append";
import type { Deletion } from "../rows/stamps";
import { authorOf } from "../record/author";
import { newDeletionId } from "../rows/deletion-id";
import { restoreByDeletion, restoreMatched, wholeFirst } from "../restore/restore";
import {
  parentsOption,
  type RestoreContext,
  type RestoreOptions,
} from "../restore/restore-options";
import { RestoreResult, SoftDeleteResult } from "../record/results";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { listenersOf } from "../record/listeners";
import { takeRows } from "../delete/soft-delete";
import { autocommit, transact } from "../session/transaction";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable } from "../plan/table";
import type { SoftDeleteOptions } from "./options";
import { totalOf, type Restored } from "../rows/tally";

/** Soft-deletes rows in one transaction, or in one statement where that is atomic by itself. @internal */
export async function runSoftDelete(
  manager: EntityManager,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  options: SoftDeleteOptions,
  finish?: (session: Session) => Promise<void>,
): Promise<SoftDeleteResult> {
  const deletedAt = now(manager.dataSource);
  const deletion: Deletion = {
    id: newDeletionId(deletedAt),
    deletedAt,
    ...authorOf(manager.dataSource, options),
  };
  const plan = SoftDeleteGraph.of(manager.dataSource).plan([table]);
  const alone = plan.groups.every(
    (group) => group.inner.length === 0 && group.incoming.length === 0,
  );
  const told = hasLog(manager) || listenersOf(manager.dataSource, "afterSoftDelete").length > 0;
  const single = alone && plan.restricts.length === 0 && conditions.length <= 1 && !told && !finish;
  const { roots, tally } = await (single ? autocommit : transact)(manager, async (session) => {
    const taken = await takeRows(session, [{ table, conditions }], deletion);
    await finish?.(session);
    return taken;
  });
  return roots > 0
    ? new SoftDeleteResult(roots, deletion.id, deletedAt, tally.toCounts())
    : new SoftDeleteResult(0, null, null, {});
}

/** Restores matched rows in one transaction. @internal */
export async function runRestore(
  manager: EntityManager,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
  options: RestoreOptions,
  finish?: (session: Session) => Promise<void>,
): Promise<RestoreResult> {
  const context = contextOf(manager, options);
  const restored = await wholeFirst(manager, (whole) =>
    transact(manager, async (session) => {
      const result = await restoreMatched(session, { table, conditions }, context, whole);
      await finish?.(session);
      return result;
    }),
  );
  return toRestoreResult(restored);
}

/** Restores a whole deletion in one transaction. @throws DeletionNotFoundError @internal */
export async function runRestoreDeletion(
  manager: EntityManager,
  deletionId: string,
  options: RestoreOptions,
): Promise<RestoreResult> {
  const context = contextOf(manager, options);
  const restored = await wholeFirst(manager, (whole) =>
    transact(manager, (session) => restoreByDeletion(session, deletionId, context, whole)),
  );
  if (!restored) throw new DeletionNotFoundError(deletionId);
  return toRestoreResult(restored);
}

function contextOf(manager: EntityManager, options: RestoreOptions): RestoreContext {
  const { dataSource } = manager;
  return {
    parents: parentsOption(options),
    now: now(dataSource),
    author: authorOf(dataSource, options),
  };
}

function toRestoreResult({ roots, tally, handedOver }: Restored): RestoreResult {
  return new RestoreResult(roots, tally.toCounts(), totalOf(handedOver.toCounts()));
}
