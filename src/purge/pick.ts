import { and, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { referring } from "../sql/referring";
import { behind, type Cursor } from "./cursor";
import type { Row } from "./row";
import { lockClause } from "./row-reader";
import type { PurgeWork } from "./work";

/** Reads, behind a cursor, some rows that have been deleted for long enough. @internal */
export function pick(
  session: Session,
  work: PurgeWork,
  table: SoftDeleteTable,
  cursor: Cursor,
  options: {
    readonly unreferenced: boolean;
    readonly lock: "skip" | "wait" | "none";
    readonly limit?: number;
  },
): Promise<Row[]> {
  const reader = work.reader(session);
  const [where, order] = behind(session, table, cursor);
  const failed = work.failures.of(table);
  const conditions = [work.scope.has("c", table), ...where];
  if (failed.length > 0) conditions.push(sql`NOT ${reader.are(table, failed)}`);
  if (options.unreferenced) conditions.push(...unreferenced(session, work, table));
  // A sort would lock more rows than it returns on MySQL.
  const lock =
    options.lock === "none" || cursor.ordered ? "" : lockClause(session, options.lock === "wait");
  const limit = String(options.limit ?? work.calls.batchSize);
  return reader.read(
    table,
    sql`WHERE ${and(...conditions)} ORDER BY ${order} LIMIT ${limit}${lock}`,
  );
}

/** No other row refers to the row `c`: one condition for each reference. @internal */
export function unreferenced(session: Session, work: PurgeWork, table: SoftDeleteTable): Sql[] {
  return work.references
    .to(table)
    .map((reference) => session.dialect.nothing(referring(session.dialect.names, reference)));
}
