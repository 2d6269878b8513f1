import { In, type EntityManager } from "typeorm";

import { SoftDeleteConfigurationError, type PrimaryKey } from "../errors";
import { checkOptions } from "../errors/check-options";
import { deletionTime } from "../rows/deletion-id";
import { totalOf, type Counts } from "../rows/tally";
import { autocommit } from "../session/transaction";
import { logOf } from "./append";
import {
  FILTER_RULES,
  LISTING_RULES,
  type DeletionsFilter,
  type DeletionsOptions,
} from "./deletions-options";
import { findLeft } from "./left";
import { entriesOf } from "./log-query";
import type { SoftDeleteLog } from "./soft-delete-log";

/** A deletion as the log has it, and what is left of it. */
export interface LoggedDeletion {
  readonly deletionId: string;
  readonly entity: string;
  readonly rootIds: readonly PrimaryKey[];
  readonly rootCount: number;
  /** The rows that it took, by entity name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly deletedAt: Date;
  /**
   * The rows that it holds now, by entity name: what undoing it would restore. Less than it took after a partial restore or a
   * removal for good, more where rows were handed over to it.
   */
  readonly left: Counts;
  /** Whether something is left; or nothing, since all was restored; or nothing, since rows were removed for good. */
  readonly state: "deleted" | "restored" | "removed";
  /** When the last of its rows was restored; null while it is not, or not wholly, undone. */
  readonly restoredAt: Date | null;
}

/**
 * Lists deletions, in a fixed number of statements and one for each table that holds rows of them: all of them on one
 * connection, since the log of a replica and the tables of the primary say different things of one deletion.
 *
 * @internal
 */
export async function listDeletions(
  manager: EntityManager,
  options: DeletionsOptions = {},
): Promise<LoggedDeletion[]> {
  checkOptions("deletions", LISTING_RULES, options);
  refuseWithoutLog(manager);
  return autocommit(manager, (session) => list(session.manager, options));
}

async function list(manager: EntityManager, options: DeletionsOptions): Promise<LoggedDeletion[]> {
  const entries = await entriesOf(manager, options)
    .orderBy("entry.deletionId", options.order ?? "DESC")
    .limit(options.take ?? 100)
    .offset(options.skip ?? 0)
    .getMany();
  const ids = entries.map(({ deletionId }) => deletionId ?? "");
  const unlogged = entries.length === 0 ? unloggedId(options) : undefined;
  const left = await findLeft(manager, unlogged === undefined ? ids : [unlogged]);
  if (unlogged !== undefined) return unloggedDeletion(unlogged, left.get(unlogged));
  const restores = await findRestores(manager, ids);
  return entries.map(({ entity, rootIds, rootCount, counts, total, actor, reason }, index) => {
    const deletionId = ids[index] ?? "";
    const rows = left.get(deletionId) ?? {};
    const restoredAt = restores.get(deletionId) ?? null;
    return {
      deletionId,
      entity,
      rootIds,
      rootCount,
      counts,
      total,
      actor,
      reason,
      deletedAt: deletionTime(deletionId),
      left: rows,
      state: totalOf(rows) > 0 ? "deleted" : restoredAt ? "restored" : "removed",
      restoredAt,
    };
  });
}

/** Counts the deletions that {@link listDeletions} lists: one SELECT. @internal */
export async function countDeletions(
  manager: EntityManager,
  filter: DeletionsFilter = {},
): Promise<number> {
  checkOptions("countDeletions", FILTER_RULES, filter);
  refuseWithoutLog(manager);
  return autocommit(manager, async (session) => {
    const count = await entriesOf(session.manager, filter).getCount();
    return count > 0 || filter.deletionId === undefined
      ? count
      : (await list(session.manager, filter)).length;
  });
}

function refuseWithoutLog({ dataSource }: EntityManager): void {
  if (!logOf(dataSource)) throw SoftDeleteConfigurationError.noLog();
}

/** The id of a deletion that is looked up by nothing else: that of a settled row, or from before there was a log. */
function unloggedId(options: DeletionsOptions): string | undefined {
  const { deletionId, restored, skip = 0, entity, actor, since, until } = options;
  const others = [entity, actor, since, until].some((one) => one !== undefined);
  return others || restored === true || skip > 0 ? undefined : deletionId?.toLowerCase();
}

function unloggedDeletion(deletionId: string, left: Counts = {}): LoggedDeletion[] {
  const total = totalOf(left);
  if (total === 0) return [];
  const nobody = { actor: null, reason: null, rootIds: [], rootCount: 0, restoredAt: null };
  const entity = Object.keys(left).join(", ");
  const deletedAt = deletionTime(deletionId);
  return [
    { ...nobody, deletionId, entity, counts: left, total, deletedAt, left, state: "deleted" },
  ];
}

async function findRestores(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Map<string, Date>> {
  const log = logOf(manager.dataSource);
  if (ids.length === 0 || !log) return new Map();
  const found = await manager.getRepository<SoftDeleteLog>(log.target).find({
    where: { action: "restore", complete: true, deletionId: In(ids) },
    order: { at: "ASC" },
  });
  return new Map(found.map((entry) => [entry.deletionId ?? "", entry.at]));
}
