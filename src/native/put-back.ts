import type { ObjectLiteral } from "typeorm";

import { and, bind, join, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteTable } from "../plan/table";
import { chunks, conditionsOf } from "../rows/criteria";
import { deletionTime } from "../rows/deletion-id";
import { Members } from "../rows/members";
import type { Session } from "../session/session";
import type { Assignment } from "../sql/statements";
import { isActive, hasNoDeletion } from "../sql/state";

const DELETIONS_PER_STATEMENT = 200;
const ROWS_PER_STATEMENT = 200;

/** Makes active again the rows that TypeORM itself has soft-deleted in a call that is refused. @internal */
export async function putBackActive(
  session: Session,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
): Promise<void> {
  for (const condition of conditions) {
    await session.execute(
      session.dialect.update({
        target: table,
        set: [[table.softDelete.deletedAt, sql`NULL`], ...moveBack(session, table)],
        where: condition,
      }),
    );
  }
}

/**
 * Marks as deleted again the rows that TypeORM itself has restored in a call that is refused: their deletion ids, which
 * they still carry, tell when they were deleted.
 *
 * @internal
 */
export async function putBackDeleted(
  session: Session,
  table: SoftDeleteTable,
  conditions: readonly Sql[],
): Promise<void> {
  const { names } = session.dialect;
  const { deletedAt, deletionId } = table.softDelete;
  for (const condition of conditions) {
    const rows = await session.select<{ d: string }>(
      sql`SELECT DISTINCT ${names.of("c", deletionId)} AS d FROM ${names.table(table)} c WHERE ${condition}`,
    );
    for (const some of chunks(
      rows.map((row) => row.d),
      DELETIONS_PER_STATEMENT,
    )) {
      const times = some.map(
        (id) =>
          sql`WHEN ${new Members(session, [id]).has("c", table)} THEN ${session.dialect.typed(deletedAt, session.value(deletedAt, deletionTime(id)))}`,
      );
      await session.execute(
        session.dialect.update({
          target: table,
          set: [[deletedAt, sql`CASE ${join(times, " ")} END`], ...moveBack(session, table)],
          where: and(condition, new Members(session, some).has("c", table)),
        }),
      );
    }
  }
}

/** A row that belonged to no deletion, and when it was deleted, as the database writes it. @internal */
export interface LoneRow {
  readonly id: ObjectLiteral;
  readonly deletedAt: string;
}

/** Marks as deleted again rows that belong to no deletion. @internal */
export async function putBackLone(
  session: Session,
  table: SoftDeleteTable,
  rows: readonly LoneRow[],
): Promise<void> {
  const { dialect, manager } = session;
  const { deletedAt } = table.softDelete;
  for (const some of chunks(rows, ROWS_PER_STATEMENT)) {
    const ids = some.map((row) => row.id);
    const where = or(...conditionsOf(manager, table.metadata, "recover", ids));
    const times = some.flatMap((row) =>
      conditionsOf(manager, table.metadata, "recover", row.id).map(
        (byId) => sql`WHEN ${byId} THEN ${dialect.fromText(bind(row.deletedAt))}`,
      ),
    );
    await session.execute(
      dialect.update({
        target: table,
        set: [[deletedAt, sql`CASE ${join(times, " ")} END`], ...moveBack(session, table)],
        where: and(
          where,
          isActive(dialect.names, "c", table),
          hasNoDeletion(dialect.names, "c", table),
        ),
      }),
    );
  }
}

function moveBack(session: Session, table: SoftDeleteTable): Assignment[] {
  const { version } = table.softDelete;
  const set: Assignment[] = [...session.dialect.keep(table)];
  if (version) set.push([version, sql`${session.dialect.names.of("c", version)} - 1`]);
  return set;
}
