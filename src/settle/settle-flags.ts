import type { SoftDeleteTable } from "../plan/table";
import { chunks } from "../rows/chunks";
import { flagOutOfStep } from "../rows/flag";
import { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { sql, type Sql } from "../sql/sql";
import { isActive } from "../sql/state";
import { pick, ROWS_PER_STATEMENT, still, update } from "./picked-rows";

/** Makes the flag say what the delete date says. @internal */
export async function settleFlags(
  session: Session,
  table: SoftDeleteTable,
  limit: number,
): Promise<Tally> {
  const { dialect } = session;
  const { names } = dialect;
  const { deletedAt, deletedFlag } = table.softDelete;
  const outOfStep = flagOutOfStep(session, table);
  const tally = new Tally();
  if (!deletedFlag || !outOfStep) return tally;
  const flag = (deleted: boolean): Sql =>
    dialect.typed(deletedFlag, session.value(deletedFlag, deleted));
  const inStep = sql`CASE WHEN ${isActive(names, "c", table)} THEN ${flag(false)} ELSE ${flag(true)} END`;
  const moment = `${names.of("c", deletedAt)} AS moment`;
  const picked = await pick(session, table, moment, outOfStep, limit, (row) => row);
  for (const rows of chunks(picked, ROWS_PER_STATEMENT)) {
    const where = still(session, table, rows, outOfStep);
    tally.add(table.name, await update(session, table, [[deletedFlag, inStep]], where));
  }
  return tally;
}
