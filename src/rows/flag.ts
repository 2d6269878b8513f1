import { and, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";

/** A condition that the flag of a row `c` contradicts its delete date; undefined for a table without a flag. @internal */
export function flagOutOfStep(session: Session, table: SoftDeleteTable): Sql | undefined {
  const { deletedAt, deletedFlag } = table.softDelete;
  if (!deletedFlag) return undefined;
  const { names } = session.dialect;
  const at = names.of("c", deletedAt);
  const flag = names.of("c", deletedFlag);
  return or(
    and(`${at} IS NULL`, sql`${flag} = ${session.value(deletedFlag, true)}`),
    and(
      `${at} IS NOT NULL`,
      or(sql`${flag} = ${session.value(deletedFlag, false)}`, `${flag} IS NULL`),
    ),
  );
}
