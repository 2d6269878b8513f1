import { SoftDeleteConfigurationError } from "../errors";
import { BOOLEAN, checkOptions, TEXT, type OptionRules } from "../errors/check-options";

/** @internal */
export const COLUMN_RULES: OptionRules<{ readonly name?: string; readonly select?: boolean }> = {
  name: TEXT,
  select: BOOLEAN,
};

/** @throws SoftDeleteConfigurationError for options that a declaration does not have. @internal */
export function checkColumnOptions<Options>(
  declaration: string,
  rules: OptionRules<Options>,
  options: unknown,
): void {
  checkOptions(declaration, rules, options, SoftDeleteConfigurationError);
}
