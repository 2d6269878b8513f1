import { References } from "../../plan/references";
import { byKeys } from "../../rows/by-keys";
import type { Session } from "../../session/session";
import { transact } from "../../session/transaction";
import { referring } from "../../sql/referring";
import { and, sql } from "../../sql/sql";
import { keysOfCall, type InsertCall, type InsertedKeys } from "./insert-calls";

/** Some of the rows are referred to by now. */
class InUse extends Error {}

/**
 * Removes all rows that some calls have inserted, in a transaction with locks on their parents. Returns false, and removes none,
 * where it is not certain which rows these are, or where something refers to one of them by now.
 */
export async function removeInserted(
  session: Session,
  calls: readonly (InsertCall | undefined)[],
): Promise<boolean> {
  const inserted: InsertedKeys[] = [];
  for (const call of new Set(calls)) {
    const keys = call && keysOfCall(call);
    if (!keys) return false;
    inserted.push(keys);
  }
  try {
    await transact(session.manager, async (nested) => {
      for (const keys of inserted) await remove(nested, keys);
    });
    return true;
  } catch (error) {
    if (error instanceof InUse || session.dialect.isForeignKeyViolation(error)) return false;
    throw error;
  }
}

async function remove(session: Session, { metadata, ids }: InsertedKeys): Promise<void> {
  const { dialect, graph } = session;
  const table = graph.tableOf(metadata);
  if (!table) throw new InUse();
  const unused = References.of(metadata.dataSource)
    .to(table)
    .map((reference) => dialect.nothing(referring(dialect.names, reference)));
  const own = byKeys(dialect, metadata, ids);
  const [row] = await session.select<{ n: string | number }>(
    sql`SELECT COUNT(*) AS n FROM ${dialect.names.table(table)} c WHERE ${and(own, ...unused)}`,
  );
  if (Number(row?.n) < ids.length) throw new InUse();
  await session.execute(dialect.delete(table, own));
}
