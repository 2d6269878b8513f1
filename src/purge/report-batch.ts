import type { PrimaryKey } from "../errors";
import type { SoftDeleteTable } from "../plan/table";
import type { Author } from "../record/author";
import { Recorder } from "../record/recorder";
import { reportRemoval } from "../record/report";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { now } from "../session/settings";
import type { Row } from "./row";

/** A listener has thrown: the purge ends there. */
export class Vetoed extends Error {
  constructor(cause: unknown) {
    super("vetoed", { cause });
  }
}

/** Tells the log and the listeners of rows that are removed, in the same transaction. @throws Vetoed @internal */
export async function reportBatch(
  session: Session,
  removed: readonly Row[],
  author: Author,
): Promise<void> {
  const recorder = new Recorder(session, "afterPurge");
  if (recorder.wantsRows) {
    for (const row of removed) recorder.addKey(row.table, null, primaryKeyOf(session, row));
  }
  const tally = new Tally();
  countInto(tally, removed);
  const entity = Object.keys(tally.toCounts()).join(", ");
  const done = { roots: removed.length, tally };
  const time = now(session.manager.dataSource);
  try {
    await reportRemoval(session, recorder, "purge", entity, author, time, done);
  } catch (error) {
    // A statement of the log's or a listener's that was the victim of a deadlock is no veto: the batch is run again.
    throw session.dialect.isRetryable(error) ? error : new Vetoed(error);
  }
}

/** @internal */
export function countInto(tally: Tally, rows: readonly Row[]): void {
  const byTable = new Map<SoftDeleteTable, number>();
  for (const { table } of rows) byTable.set(table, (byTable.get(table) ?? 0) + 1);
  for (const [table, count] of byTable) tally.add(table.name, count);
}

function primaryKeyOf(session: Session, row: Row): PrimaryKey {
  return Object.fromEntries(
    row.table.primary.map((column) => [
      column.propertyPath,
      session.hydrate(column, row.value(column)),
    ]),
  );
}
