import type { DataSource } from "typeorm";

import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { and, bind, sql, type Sql } from "../sql/sql";
import { hasNoDeletion, isActive } from "../sql/state";
import type { Assignment } from "../sql/statements";
import { newDeletionId } from "./deletion-id";

const certifying = new WeakMap<DataSource, boolean>();

/**
 * Whether other servers see no lock of this transaction, only what it has written. Asked once for each data source, whatever
 * the size of the cluster: it may grow while the application runs.
 */
async function certifiesWrites(session: Session): Promise<boolean> {
  const { dataSource } = session.manager;
  const known = certifying.get(dataSource);
  if (known !== undefined) return known;
  const { certification } = session.dialect;
  const settings = certification ? await session.select<{ Value: string }>(certification) : [];
  const answer = settings.some(({ Value }) => Value === "ON");
  certifying.set(dataSource, answer);
  return answer;
}

/**
 * Whether a lock has to be a write: in a transaction, which others certify their own against.
 *
 * @internal
 */
export async function locksByWriting(session: Session): Promise<boolean> {
  return session.runner.isTransactionActive && (await certifiesWrites(session));
}

/**
 * Locks active rows against writers on all servers until the transaction ends: writes a deletion id into them, and clears it
 * again. Of what this writes nothing is left and nobody sees anything, but a transaction on another server that has written
 * one of these rows and this one cannot both be committed.
 *
 * @internal
 */
export async function lockByWriting(
  session: Session,
  table: SoftDeleteTable,
  update: (set: readonly Assignment[], where: Sql) => Sql,
): Promise<void> {
  const { dialect } = session;
  const { names } = dialect;
  const { deletionId } = table.softDelete;
  const id = newDeletionId(new Date());
  const kept = dialect.keep(table);
  const active = and(isActive(names, "c", table), hasNoDeletion(names, "c", table));
  const rows = await session.execute(update([[deletionId, bind(id)], ...kept], active));
  if (rows === 0) return;
  await session.execute(
    dialect.update({
      target: table,
      set: [[deletionId, sql`NULL`], ...kept],
      where: sql`${names.of("c", deletionId)} = ${bind(id)}`,
    }),
  );
}
