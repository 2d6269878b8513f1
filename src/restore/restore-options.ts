import type { DataSource, SaveOptions } from "typeorm";

import { authorOf, type Author } from "../record/author";
import { now } from "../session/settings";
import { AUTHOR_RULES } from "../record/deletion-context";
import { SAVE_RULES } from "../record/save-options";
import { BOOLEAN, oneOf, rule, type OptionRules } from "../errors/check-options";

/** The options of a restore of a whole deletion. */
export interface RestoreDeletionOptions {
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

/** The options of a restore. */
export interface RestoreOptions extends RestoreDeletionOptions {
  /**
   * Whether what the deletions of the matched rows took below them comes back with them. Otherwise it stays deleted, in its
   * deletion, and comes back with `restoreDeletion()`, or by a restore of its own.
   *
   * @default true
   */
  readonly below?: boolean;
}

/** The options of a restore of objects. */
export type RecoverOptions = RestoreOptions & SaveOptions;

/** @internal */
export const RESTORE_RULES: OptionRules<RestoreOptions> = {
  parents: oneOf("refuse", "restore", "hand-over"),
  below: BOOLEAN,
  ...AUTHOR_RULES,
};

/** @internal */
export const RESTORE_DELETION_RULES: OptionRules<RestoreOptions> = {
  ...RESTORE_RULES,
  below: rule(
    "true: a deletion is restored as a whole, and some of its rows by restore(criteria, { below: false })",
    (value) => value === true,
  ),
};

/** @internal */
export const RECOVER_RULES: OptionRules<RecoverOptions> = { ...RESTORE_RULES, ...SAVE_RULES };

/** What a restore goes by. @internal */
export interface RestoreContext {
  readonly parents: ParentsOption;
  readonly below: boolean;
  /** When. */
  readonly now: Date;
  readonly author: Author;
}

/** @internal */
export type ParentsOption = NonNullable<RestoreOptions["parents"]>;

/** @internal */
export function contextOf(dataSource: DataSource, options: RestoreOptions): RestoreContext {
  return {
    parents: options.parents ?? "refuse",
    below: options.below ?? true,
    now: now(dataSource),
    author: authorOf(dataSource, options),
  };
}
