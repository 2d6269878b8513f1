import type { ObjectLiteral } from "typeorm";

import { and, sql, filter } from "../sql/sql";
import { keyTextOfObject } from "../rows/key-text";
import type { LoneRow } from "./put-back";
import type { Session } from "../session/session";
import type { SoftDeleteTable } from "../plan/table";
import type { NativeCall } from "./native-call";
import { isDeleted } from "../sql/state";
import { byKeys } from "../rows/by-keys";
import { reachedByCascade } from "./reached-by-cascade";

interface FormerState {
  readonly deletionId: string | null;
  /** As the database writes it. */
  readonly deletedAt: string;
}

/** What the rows of a `recover()` were before TypeORM revived them, by object. */
export class FormerStates {
  readonly #states = new WeakMap<ObjectLiteral, FormerState>();

  /** Reads them, where TypeORM's cascade may have been at work: one SELECT. */
  async read(
    session: Session,
    table: SoftDeleteTable,
    calls: readonly NativeCall[],
  ): Promise<void> {
    const { dataSource } = session.manager;
    const recovered = new Map<string, ObjectLiteral>();
    const ids: ObjectLiteral[] = [];
    for (const { recover, id, entity } of calls) {
      if (recover !== true || !id || !entity) continue;
      recovered.set(keyTextOfObject(dataSource, table.primary, id), entity);
      this.#states.delete(entity);
      ids.push(id);
    }
    const { names } = session.dialect;
    const deletedAt = names.of("c", table.softDelete.deletedAt);
    if (ids.length === 0) return;
    const byId = byKeys(session.dialect, table.metadata, ids);
    const deleted = filter(sql`${isDeleted(names, "c", table)}`);
    const rows = await session.select<{ d: string | null; at: string }>(
      sql`SELECT ${session.keyColumns("c", table)}, ${names.of("c", table.softDelete.deletionId)} AS d, ${session.dialect.asText(sql`${deletedAt}`)} AS at FROM ${names.table(table)} c WHERE ${and(byId, deleted)}`,
    );
    for (const row of rows) {
      const key = keyTextOfObject(dataSource, table.primary, session.key(table, row));
      const entity = recovered.get(key);
      if (entity) this.#states.set(entity, { deletionId: row.d, deletedAt: row.at });
    }
  }

  /**
   * The calls whose rows TypeORM's cascade has revived although no call of the caller's own revives them. `foreign` rows
   * belong to another deletion, or come back with the one of the object that led to them; `lone` rows belong to none.
   */
  reached(
    session: Session,
    calls: readonly NativeCall[],
  ): { foreign: Set<NativeCall>; lone: Set<NativeCall> } {
    const foreign = new Set<NativeCall>();
    const lone = new Set<NativeCall>();
    const recovered = calls.filter((call) => call.recover);
    for (const [call, { root, binding }] of reachedByCascade(session, recovered)) {
      const state = this.#of(call);
      if (!state) continue;
      const same = state.deletionId === (this.#of(root)?.deletionId ?? null) && this.#of(root);
      if (state.deletionId === null) {
        if (!same) lone.add(call);
      } else if (!same || binding) {
        foreign.add(call);
      }
    }
    return { foreign, lone };
  }

  /** The rows of the given calls that belonged to no deletion. */
  lone(calls: readonly NativeCall[]): LoneRow[] {
    const rows: LoneRow[] = [];
    for (const call of calls) {
      const state = this.#of(call);
      if (state?.deletionId === null && call.id) {
        rows.push({ id: call.id, deletedAt: state.deletedAt });
      }
    }
    return rows;
  }

  #of({ entity }: NativeCall): FormerState | undefined {
    return entity && this.#states.get(entity);
  }
}
