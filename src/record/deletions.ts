import { In, MoreThanOrEqual, type EntityManager } from "typeorm";

import { SoftDeleteConfigurationError, type PrimaryKey } from "../errors";
import { hasLog } from "./append";
import { SoftDeleteLog } from "./soft-delete-log";

/** What {@link SoftDeleteManager.deletions} lists. */
export interface DeletionsOptions {
  /** Only deletions whose roots are of this entity. */
  readonly entity?: string;
  /** Only deletions by this actor. */
  readonly actor?: string;
  /** Only deletions at this time or later. */
  readonly since?: Date;
  /** Only deletions that are undone, or that are not. */
  readonly restored?: boolean;
  /** How many. @default 100 */
  readonly take?: number;
  /** How many to leave out. @default 0 */
  readonly skip?: number;
}

/** A deletion as the log has it. */
export interface LoggedDeletion {
  readonly deletionId: string;
  readonly entity: string;
  readonly rootIds: readonly PrimaryKey[];
  readonly rootCount: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly deletedAt: Date;
  /** When the last of its rows was restored; null while it is not, or not wholly, undone. */
  readonly restoredAt: Date | null;
}

/** Lists deletions, newest first: two SELECTs. @internal */
export async function listDeletions(
  manager: EntityManager,
  options: DeletionsOptions,
): Promise<LoggedDeletion[]> {
  if (!hasLog(manager)) throw SoftDeleteConfigurationError.noLog();
  const query = manager
    .createQueryBuilder(SoftDeleteLog, "entry")
    .where("entry.action = :action", { action: "soft-delete" })
    .orderBy("entry.at", "DESC")
    .addOrderBy("entry.id", "DESC")
    .take(options.take ?? 100)
    .skip(options.skip ?? 0);
  if (options.entity !== undefined)
    query.andWhere("entry.entity = :entity", { entity: options.entity });
  if (options.actor !== undefined) query.andWhere("entry.actor = :actor", { actor: options.actor });
  if (options.since) query.andWhere({ at: MoreThanOrEqual(options.since) });
  if (options.restored !== undefined) {
    const undone = query
      .subQuery()
      .select("1")
      .from(SoftDeleteLog, "restore")
      .where("restore.deletionId = entry.deletionId")
      .andWhere("restore.action = :restore")
      .andWhere("restore.complete = :complete")
      .getQuery();
    query.andWhere(`${options.restored ? "" : "NOT "}EXISTS ${undone}`, {
      restore: "restore",
      complete: true,
    });
  }
  const entries = await query.getMany();
  const restores = await findRestores(manager, entries);
  return entries.map(
    ({ deletionId, entity, rootIds, rootCount, counts, total, actor, reason, at }) => ({
      deletionId: deletionId ?? "",
      entity,
      rootIds,
      rootCount,
      counts,
      total,
      actor,
      reason,
      deletedAt: at,
      restoredAt: restores.get(deletionId ?? "") ?? null,
    }),
  );
}

async function findRestores(
  manager: EntityManager,
  entries: readonly SoftDeleteLog[],
): Promise<Map<string, Date>> {
  if (entries.length === 0) return new Map();
  const deletionId = In(entries.map((entry) => entry.deletionId));
  const found = await manager.find(SoftDeleteLog, {
    where: { action: "restore", complete: true, deletionId },
    order: { at: "ASC" },
  });
  return new Map(found.map((entry) => [entry.deletionId ?? "", entry.at]));
}
