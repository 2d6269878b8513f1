import type { ObjectLiteral } from "typeorm";

import { SAMPLE_SIZE, type PrimaryKey } from "../errors";
import type { Table } from "../plan/table";
import type { ReadableSets } from "../rows/row-sets";
import type { Session } from "../session/session";
import { sql, type Sql } from "../sql/sql";

/** How many rows `c` there are, and some of their primary keys. @internal */
export async function countAndSample(
  session: Session,
  sets: ReadableSets,
  table: Table,
  from: Sql,
): Promise<{ count: number; sampleIds: PrimaryKey[] }> {
  const select = (what: Sql): Promise<ObjectLiteral[]> => session.select(sets.select(what));
  const sample = await select(
    sql`${session.keyColumns("c", table)} ${from} LIMIT ${String(SAMPLE_SIZE)}`,
  );
  if (sample.length === 0) return { count: 0, sampleIds: [] };
  const [row] = await select(sql`COUNT(*) AS n ${from}`);
  return { count: Number(row?.["n"]), sampleIds: sample.map((found) => session.key(table, found)) };
}
