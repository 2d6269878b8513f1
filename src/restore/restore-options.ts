import type { DataSource } from "typeorm";

import { authorOf, type Author } from "../record/author";
import { now } from "../session/settings";
import { SoftDeleteConfigurationError } from "../errors";

/** The options of a restore. */
export interface RestoreOptions {
  /**
   * What happens to a matched row that hangs by a parent which stays deleted: the restore is refused; or the chain of its
   * parent rows is restored as well, those rows alone; or it stays deleted too, and comes back with that parent.
   *
   * @default "refuse"
   */
  readonly parents?: "refuse" | "restore" | "hand-over";
  /** Who, for the log and the events. @default the context's actor, else the subscriber's */
  readonly actor?: string | null | undefined;
  /** Why, for the log and the events. */
  readonly reason?: string | null | undefined;
}

/** What a restore goes by. @internal */
export interface RestoreContext {
  readonly parents: ParentsOption;
  /** When. */
  readonly now: Date;
  readonly author: Author;
}

/** @internal */
export type ParentsOption = NonNullable<RestoreOptions["parents"]>;

/** @internal */
export function contextOf(dataSource: DataSource, options: RestoreOptions): RestoreContext {
  return {
    parents: parentsOption(options),
    now: now(dataSource),
    author: authorOf(dataSource, options),
  };
}

function parentsOption(options: RestoreOptions | undefined): ParentsOption {
  const value: unknown = options?.parents ?? "refuse";
  if (value === "refuse" || value === "restore" || value === "hand-over") return value;
  throw SoftDeleteConfigurationError.invalidOption(
    "parents",
    value,
    `"refuse", "restore" or "hand-over"`,
  );
}
