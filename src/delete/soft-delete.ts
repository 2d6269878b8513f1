import type { EntityManager } from "typeorm";

import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { authorOf } from "../record/author";
import { betweenHooks, isHooked, type HookedCall } from "../record/hook-calls";
import { isHeard } from "../record/listeners";
import { SoftDeleteResult } from "../record/results";
import { newDeletionId } from "../rows/deletion-id";
import type { NamedRows } from "../rows/named-rows";
import { refresh } from "../rows/objects";
import type { Deletion } from "../rows/stamps";
import { now } from "../session/settings";
import { autocommit, transact } from "../session/transaction";
import type { SoftDeleteOptions } from "./options";
import { takeRows } from "./take-rows";

/** Soft-deletes rows in one transaction, or in one statement where that is atomic by itself. @internal */
export async function softDelete(
  manager: EntityManager,
  rows: NamedRows,
  options: SoftDeleteOptions,
): Promise<SoftDeleteResult> {
  const deletedAt = now(manager.dataSource);
  const deletion: Deletion = {
    id: newDeletionId(deletedAt),
    deletedAt,
    ...authorOf(manager.dataSource, options),
  };
  const run = isOneStatement(manager, rows) ? autocommit : transact;
  const { roots, tally } = await run(manager, async (session) => {
    const call: HookedCall = {
      action: "SoftRemove",
      rows,
      takes: (row) => !row.deleted,
      hasTaken: (row) => row?.deleted === true && (row.deletionId ?? deletion.id) === deletion.id,
    };
    return betweenHooks(session, call, async () => {
      const taken = await takeRows(session, [rows], deletion);
      if (rows.objects) await refresh(session, [rows.objects]);
      return taken;
    });
  });
  return roots > 0
    ? new SoftDeleteResult(roots, deletion.id, deletedAt, tally.toCounts())
    : new SoftDeleteResult(0, null, null, {});
}

function isOneStatement(manager: EntityManager, rows: NamedRows): boolean {
  const { table, conditions, objects } = rows;
  if (conditions.length > 1 || objects || isHooked(manager, "SoftRemove", rows)) return false;
  const { groups, restricts } = SoftDeleteGraph.of(manager.dataSource).plan([table]);
  const alone = groups.every((group) => group.inner.length === 0 && group.incoming.length === 0);
  return alone && restricts.length === 0 && !isHeard(manager, "afterSoftDelete");
}
