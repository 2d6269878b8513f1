import type { EntityManager, ObjectLiteral } from "typeorm";

import { sql, type Sql } from "../sql/sql";
import { SAMPLE_SIZE, StillReferencedError, type PrimaryKey } from "../errors";
import { References } from "../plan/references";
import type { SoftDeleteTable, Table } from "../plan/table";
import { RowSets, type RowState } from "../rows/row-sets";
import type { Session } from "../session/session";
import { autocommit } from "../session/transaction";

/** The database refused, over a foreign key. Carries what is needed to tell which, once it has been rolled back. */
export class ReferenceViolation extends Error {
  constructor(
    readonly condition: Sql,
    cause: unknown,
  ) {
    super("still referenced", { cause });
  }
}

/** The error for the caller: through which relation the rows are still referred to. Costs a SELECT for each foreign key. */
export function toReferencedError(
  manager: EntityManager,
  { table, state }: { readonly table: SoftDeleteTable; readonly state: RowState },
  violation: ReferenceViolation,
): Promise<unknown> {
  return autocommit(manager, async (session) => {
    const sets = new RowSets(
      session,
      table,
      violation.condition,
      session.graph.plan([table]),
      state,
    );
    const references = References.of(manager.dataSource);
    for (const referenced of sets.tables) {
      for (const reference of references.to(referenced)) {
        const { child, relation } = reference;
        const own = sets.tables.find((candidate) => candidate === child);
        const from = sql`FROM ${sets.childrenOver(reference)} WHERE ${own ? sets.excludes(own) : "1 = 1"}`;
        const { count, sampleIds } = await countAndSample(session, sets, child, from);
        if (count === 0) continue;
        const { cause } = violation;
        return new StillReferencedError(table.name, relation, count, sampleIds, { cause });
      }
    }
    return new StillReferencedError(table.name, null, 0, [], { cause: violation.cause });
  });
}

/** How many rows `c` there are, and some of their primary keys. @internal */
export async function countAndSample(
  session: Session,
  sets: RowSets,
  table: Table,
  from: Sql,
): Promise<{ count: number; sampleIds: PrimaryKey[] }> {
  const select = (what: Sql): Promise<ObjectLiteral[]> =>
    session.select(session.dialect.selectWith(sets.expressions, what));
  const sample = await select(
    sql`${session.keyColumns("c", table)} ${from} LIMIT ${String(SAMPLE_SIZE)}`,
  );
  if (sample.length === 0) return { count: 0, sampleIds: [] };
  const [row] = await select(sql`COUNT(*) AS n ${from}`);
  return { count: Number(row?.["n"]), sampleIds: sample.map((found) => session.key(table, found)) };
}
