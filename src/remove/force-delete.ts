import type { EntityManager } from "typeorm";

import { dialectOf } from "../sql";
import type { Author } from "../record/author";
import { betweenHooks, type HookedCall } from "../record/hook-calls";
import { Recorder } from "../record/recorder";
import { reportRemoval } from "../record/report";
import { Tally, type Taken } from "../rows/tally";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { transact } from "../session/transaction";
import { startRemoval, type Removal } from "./removal";
import { markDense } from "./mark-rows";
import { removeRows } from "./remove-rows";
import { toReferencedError } from "./still-referenced";
import { refuseActiveTaken, refuseRestrictedRemoval } from "./refuse-removal";

/** The database has refused, over a foreign key. */
class ReferenceViolation extends Error {
  constructor(cause: unknown) {
    super("still referenced", { cause });
  }
}

/** Removes rows for good in one transaction. @throws StillReferencedError @internal */
export async function forceDelete(
  manager: EntityManager,
  removal: Removal,
  author: Author,
): Promise<Taken> {
  const { dataSource } = manager;
  const progress: { commits: boolean } = { commits: false };
  try {
    return await transact(manager, async (session) => {
      progress.commits = false;
      const taken = await betweenHooks(session, callOf(removal), async () => {
        const recorder = new Recorder(session, "afterPurge");
        const removed = await remove(session, removal, recorder);
        const { name } = removal.table;
        const at = now(dataSource);
        await reportRemoval(session, recorder, "force-delete", name, author, at, removed);
        return removed;
      });
      progress.commits = true;
      return taken;
    });
  } catch (error) {
    if (error instanceof ReferenceViolation) {
      throw await toReferencedError(manager, removal, error.cause);
    }
    // A deferred constraint is checked by the COMMIT.
    if (!progress.commits || !dialectOf(dataSource).isForeignKeyViolation(error)) throw error;
    throw await toReferencedError(manager, removal, error);
  }
}

function callOf(removal: Removal): HookedCall {
  return {
    action: "Remove",
    rows: removal,
    takes: (row) => row.deleted || removal.state === "any",
    hasTaken: (row) => row === undefined,
  };
}

/**
 * Removes rows for good, and the rows below them over `CASCADE` edges.
 *
 * @throws SoftDeleteRestrictedError when active rows hang below over a `RESTRICT` edge.
 * @throws ReferenceViolation
 */
async function remove(session: Session, removal: Removal, recorder: Recorder): Promise<Taken> {
  const tally = new Tally();
  const started = await startRemoval(session, removal);
  const { table, root, count: roots } = started;
  if (roots === 0) return { roots, tally };
  await recorder.addRoots(table, null, root, roots);
  const found = await markDense(session, started);
  await refuseRestrictedRemoval(session, found);
  if (removal.state === "deleted") await refuseActiveTaken(session, found);
  for (const own of found.rows.tables) await recorder.addSetKeys(own, found.rows);
  try {
    await removeRows(session, found, tally);
  } catch (error) {
    throw session.dialect.isForeignKeyViolation(error) ? new ReferenceViolation(error) : error;
  }
  return { roots, tally };
}
