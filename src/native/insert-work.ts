import { isHeard } from "../record/listeners";
import { restoreMatched } from "../restore/restore-matched";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import { runStatement } from "../typeorm/run-statement";
import { groupsOf, softDelete } from "./call-groups";
import { settleContrary } from "./contrary-rows";
import { reportInserted } from "./inserted-deletions";
import type { Inserted } from "./inserted-rows";
import { movedBy, noteUnsettled, type Note } from "./noted-rows";
import { authorIn, restoreContext, type StatementWork } from "./settle-statement";

const NOTHING: Note = { moved: new Map(), contrary: [] };

/**
 * The work of an INSERT: the rows whose date it may have written into rows that are there, or whose deletion it leaves open, and
 * what is to be told of those that it has inserted as deleted ones.
 */
export function insertWork(rows: readonly Inserted[]): StatementWork {
  const groups = [...groupsOf(rows.filter((row) => row.open).map((row) => row.call)).values()];
  let notes: Note[] = [];
  const settleOpen = async (session: Session): Promise<void> => {
    const noted = groups.map((group, index) => ({ ...group, note: notes[index] ?? NOTHING }));
    for (const { table, direction, note } of noted)
      await settleContrary(session, table, direction, note.contrary, restoreContext(session));
    const deleted = noted.filter((group) => group.direction === "deleted");
    await softDelete(session, deleted, now(session.manager.dataSource), authorIn(session));
    for (const group of noted.filter((one) => one.direction === "restored")) {
      const condition = await movedBy(session, group, group.note);
      const matched = { table: group.table, conditions: [condition], native: true };
      await restoreMatched(session, matched, restoreContext(session));
    }
  };
  const work: StatementWork = {
    async prepare(session) {
      notes = [];
      for (const group of groups) notes.push(await noteUnsettled(session, group));
    },
    async settle(session) {
      if (groups.length > 0) await settleOpen(session);
      const made = rows.flatMap(({ call, deletion }) =>
        deletion ? [{ ...call, inserted: deletion }] : [],
      );
      if (made.length === 0 || !isHeard(session.manager, "afterSoftDelete")) return;
      await reportInserted(session, made);
      for (const row of rows) row.reported = true;
    },
    async again(session, statement) {
      await work.prepare(session);
      await runStatement(session.runner, statement.text, [...statement.parameters]);
      await work.settle(session, statement);
    },
  };
  return work;
}
