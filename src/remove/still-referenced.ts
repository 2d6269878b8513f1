import type { EntityManager } from "typeorm";

import { sql } from "../sql/sql";
import { StillReferencedError } from "../errors";
import { References, type Reference } from "../plan/references";
import type { Session } from "../session/session";
import { transact } from "../session/transaction";
import { countAndSample } from "./count-and-sample";
import { markDense } from "./mark-rows";
import { startRemoval, type Removal, type StartedRemoval } from "./removal";

/** Ends a transaction that was only to find out. */
class Found extends Error {
  constructor(readonly found: StillReferencedError) {
    super("found");
  }
}

/** The error for the caller: through which relation the rows are still referred to. Costs a SELECT for each foreign key. */
export async function toReferencedError(
  manager: EntityManager,
  removal: Removal,
  cause: unknown,
): Promise<unknown> {
  const search = transact(manager, async (session) => {
    throw new Found(await find(session, removal, cause));
  });
  return search.catch((error: unknown) => {
    if (error instanceof Found) return error.found;
    throw error;
  });
}

async function find(
  session: Session,
  removal: Removal,
  cause: unknown,
): Promise<StillReferencedError> {
  const started = await markDense(session, await startRemoval(session, removal));
  const references = References.of(session.manager.dataSource);
  const { tables } = started.rows;
  const order = references.removalOrder(tables);
  const all = tables.flatMap((table) => references.to(table));
  // Rows that stay; or else rows that would go as well, but refer to each other in a ring of columns that cannot be null.
  const firm = order.flatMap((group) => group.firm);
  return (
    (await firstOf(session, started, all, true, cause)) ??
    (await firstOf(session, started, firm, false, cause)) ??
    new StillReferencedError(removal.table.name, null, 0, [], { cause })
  );
}

async function firstOf(
  session: Session,
  { rows }: StartedRemoval,
  references: readonly Reference[],
  outside: boolean,
  cause: unknown,
): Promise<StillReferencedError | undefined> {
  for (const reference of references) {
    const { parent, child, relation } = reference;
    const where = outside ? rows.excludes(child) : "1 = 1";
    const from = sql`FROM ${rows.childrenOver(reference)} WHERE ${where}`;
    const { count, sampleIds } = await countAndSample(session, rows, child, from);
    if (count > 0)
      return new StillReferencedError(parent.name, relation, count, sampleIds, { cause });
  }
  return undefined;
}
