import type { EntityManager } from "typeorm";

import { Members } from "../rows/members";
import { Tally, type Counts } from "../rows/tally";
import { autocommit } from "../session/transaction";
import { sql } from "../sql/sql";

/**
 * How many rows carry each of some deletion ids, by entity name: a SELECT on the tables, and one for each that holds any,
 * whatever the number of deletions. By the index that begins with the deletion id.
 *
 * @internal
 */
export async function findLeft(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Counts>> {
  if (ids.length === 0) return new Map();
  return autocommit(manager, async (session) => {
    const { names } = session.dialect;
    const members = new Members(session, ids);
    const tallies = new Map<string, Tally>();
    for (const table of await members.tables()) {
      const id = names.of("c", table.softDelete.deletionId);
      const rows = await session.select<{ d: string; n: string | number }>(
        sql`SELECT ${id} AS d, COUNT(*) AS n FROM ${names.table(table)} c WHERE ${members.has("c", table)} GROUP BY ${id}`,
      );
      for (const { d, n } of rows) {
        const tally = tallies.get(d) ?? new Tally();
        tallies.set(d, tally);
        tally.add(table.name, Number(n));
      }
    }
    return new Map([...tallies].map(([id, tally]) => [id, tally.toCounts()]));
  });
}
