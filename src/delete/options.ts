import type { SaveOptions } from "typeorm";

import { AUTHOR_RULES } from "../record/deletion-context";
import { SAVE_RULES } from "../record/save-options";
import type { OptionRules } from "../errors/check-options";

/** The options of a soft delete. */
export interface SoftDeleteOptions {
  /** Why. */
  readonly reason?: string | null | undefined;
  /** Who; null for nobody. @default TypeORM's `data`, else the context's actor, else the subscriber's */
  readonly actor?: string | null | undefined;
}

/** The options of a soft delete of objects. */
export type SoftRemoveOptions = SoftDeleteOptions & SaveOptions;

/** @internal */
export const SOFT_DELETE_RULES: OptionRules<SoftDeleteOptions> = AUTHOR_RULES;

/** @internal */
export const SOFT_REMOVE_RULES: OptionRules<SoftRemoveOptions> = {
  ...SOFT_DELETE_RULES,
  ...SAVE_RULES,
};
