import type { SaveOptions } from "typeorm";

import { ANYTHING, BOOLEAN, rule, wholeNumber, type OptionRules } from "../errors/check-options";

/**
 * What TypeORM's {@link SaveOptions} mean to an operation that is one atomic set of statements: `data` may hold `actor` and
 * `reason`; `listeners: false` leaves out TypeORM's own listeners and subscribers, and neither the log nor `afterSoftDelete` and
 * `afterRestore`; `chunk` and `reload` make no difference, it is one deletion, and the objects show it. `transaction: false`
 * cannot be had.
 *
 * @internal
 */
export const SAVE_RULES: OptionRules<SaveOptions> = {
  data: ANYTHING,
  listeners: BOOLEAN,
  transaction: rule(
    "true, or leave it out: an operation of this package is always atomic",
    (value) => value === true,
  ),
  chunk: wholeNumber(1),
  reload: BOOLEAN,
};
