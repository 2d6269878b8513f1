import type { EntityManager } from "typeorm";

import { betweenHooks, type HookedCall } from "../record/hook-calls";
import { RestoreResult } from "../record/results";
import type { NamedRows } from "../rows/named-rows";
import { refresh } from "../rows/objects";
import { totalOf, type Restored } from "../rows/tally";
import { transact } from "../session/transaction";
import { explainConflicts } from "./restore-conflict";
import { restoreByDeletion } from "./restore-deletion";
import { restoreMatched } from "./restore-matched";
import {
  contextOf,
  type RestoreContext,
  type RestoreDeletionOptions,
  type RestoreOptions,
} from "./restore-options";

/** Restores matched rows in one transaction. @internal */
export async function restore(
  manager: EntityManager,
  rows: NamedRows,
  options: RestoreOptions,
): Promise<RestoreResult> {
  const context = contextOf(manager.dataSource, options);
  const restored = await explainConflicts(manager, () =>
    transact(manager, (session) =>
      betweenHooks(session, callOf(rows, context), async () => {
        const result = await restoreMatched(session, rows, context);
        if (rows.objects) await refresh(session, [rows.objects]);
        return result;
      }),
    ),
  );
  return toResult(restored);
}

/** Restores a whole deletion in one transaction. @throws DeletionNotFoundError @internal */
export async function restoreDeletion(
  manager: EntityManager,
  deletionId: string,
  options: RestoreDeletionOptions,
): Promise<RestoreResult> {
  const context = contextOf(manager.dataSource, options);
  const restored = await explainConflicts(manager, () =>
    transact(manager, (session) => restoreByDeletion(session, deletionId, context)),
  );
  return toResult(restored);
}

/** What comes back, as far as objects of it are loaded: the given ones, and below them those of the same deletion. */
function callOf(rows: NamedRows, { below }: RestoreContext): HookedCall {
  return {
    action: "Recover",
    rows,
    takes: (row, parent) =>
      row.deleted && (!parent || (below && row.deletionId === parent.deletionId)),
    hasTaken: (row) => row?.deleted === false,
  };
}

function toResult({ roots, tally, handedOver }: Restored): RestoreResult {
  return new RestoreResult(roots, tally.toCounts(), totalOf(handedOver.toCounts()));
}
