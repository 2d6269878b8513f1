import { and, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { isActive, isDeleted } from "../sql/state";

/** A condition that the flag of a row `c` contradicts its delete date; undefined for a table without a flag. @internal */
export function flagOutOfStep(session: Session, table: SoftDeleteTable): Sql | undefined {
  const { deletedFlag } = table.softDelete;
  if (!deletedFlag) return undefined;
  const { names } = session.dialect;
  const flag = names.of("c", deletedFlag);
  return or(
    and(isActive(names, "c", table), sql`${flag} = ${session.value(deletedFlag, true)}`),
    and(
      isDeleted(names, "c", table),
      or(sql`${flag} = ${session.value(deletedFlag, false)}`, `${flag} IS NULL`),
    ),
  );
}
