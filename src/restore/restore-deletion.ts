import { DeletionNotFoundError } from "../errors";
import type { SoftDeleteTable } from "../plan/table";
import { Recorder } from "../record/recorder";
import { reportRestore } from "../record/report";
import { carries, Members } from "../rows/members";
import { Tally, type Restored } from "../rows/tally";
import type { Session } from "../session/session";
import { and } from "../sql/sql";
import { markDeletion } from "./marking";
import { watchForCollisions } from "./restore-conflict";
import { restoreMarked } from "./restore-marked";
import type { RestoreContext } from "./restore-options";
import { hangsByOthers, reviveWhole, type WholeDeletions } from "./restore-whole";

/** Restores a whole deletion, in every table that it reached. @throws DeletionNotFoundError @internal */
export async function restoreByDeletion(
  session: Session,
  deletionId: string,
  context: RestoreContext,
): Promise<Restored> {
  const members = new Members(session, [deletionId]);
  const tables = await members.tables();
  if (tables.length === 0) throw new DeletionNotFoundError(deletionId);
  const recorder = new Recorder(session, "afterRestore", [deletionId]);
  if (recorder.logs) await recordTops(recorder, session, members, tables, deletionId);
  let entity = "";
  const restored = await watchForCollisions(session, [deletionId], async () => {
    const tops = await members.countAllTops(tables);
    const withTops = tables.filter((table) => tops.get(table) !== 0);
    entity = (withTops.length > 0 ? withTops : tables).map(({ name }) => name).join(", ");
    const closed = new Set(tables.filter((table) => tops.get(table) === 0));
    const deletions = { members, tables, closed };
    if (!(await hangsByOthers(session, deletions))) {
      return reviveAll(session, deletions, tops, deletionId, recorder);
    }
    const marks = await markDeletion(session, deletionId, tables);
    return restoreMarked(session, entity, tables, marks, context, recorder);
  });
  const { author, now } = context;
  await reportRestore(session, recorder, entity, [deletionId], author, now, restored);
  return restored;
}

async function recordTops(
  recorder: Recorder,
  session: Session,
  members: Members,
  tables: readonly SoftDeleteTable[],
  deletionId: string,
): Promise<void> {
  for (const table of tables) {
    const isRoot = and(carries(session, "c", table, deletionId), members.isTop(table));
    await recorder.addRoots(table, deletionId, isRoot, await members.countTops(table));
  }
}

async function reviveAll(
  session: Session,
  deletions: WholeDeletions,
  tops: ReadonlyMap<SoftDeleteTable, number>,
  deletionId: string,
  recorder: Recorder,
): Promise<Restored> {
  const tally = new Tally();
  await reviveWhole(session, deletions, tally, recorder);
  let roots = [...tops.values()].reduce((sum, rows) => sum + rows, 0);
  // Where a table's rows hang by nothing, all of them are tops.
  for (const table of deletions.tables) if (!tops.has(table)) roots += tally.of(table.name);
  const revived = deletions.tables.some((table) => tally.of(table.name) > 0);
  // Somebody else has restored them meanwhile.
  if (!revived) throw new DeletionNotFoundError(deletionId);
  return { roots, tally, handedOver: new Tally() };
}
