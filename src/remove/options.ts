import { BOOLEAN, type OptionRules } from "../errors/check-options";
import { AUTHOR_RULES } from "../record/deletion-context";

/** The options of a removal for good. */
export interface ForceDeleteOptions {
  /** Whether to leave active rows alone, whatever the criteria match. @default false */
  readonly onlyDeleted?: boolean;
  /** Who, for the log and the events. @default the context's actor, else the subscriber's */
  readonly actor?: string | null | undefined;
  /** Why, for the log and the events. */
  readonly reason?: string | null | undefined;
}

/** @internal */
export const FORCE_DELETE_RULES: OptionRules<ForceDeleteOptions> = {
  onlyDeleted: BOOLEAN,
  ...AUTHOR_RULES,
};
