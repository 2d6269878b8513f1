import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { keysOf, type Row } from "./row";
import type { PurgeWork } from "./work";

/** Removes the junction rows of rows that are about to go. @internal */
export async function removeJunctions(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  for (const junction of work.references.junctionsOf(table)) {
    const keys = keysOf(
      rows,
      junction.on.map((pair) => pair.parent),
    );
    const columns = junction.on.map((pair) => pair.child);
    const where = session.dialect.anyKey("c", columns, keys);
    await session.execute(session.dialect.delete(junction.table, where));
  }
}
