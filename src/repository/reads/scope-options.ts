import type { ObjectLiteral } from "typeorm";

import { isObject, rule, type OptionRules } from "../../errors/check-options";
import type { SoftDeleteRelations } from "./relation-scope";

/** The options of `withDeleted()` and `onlyDeleted()`. */
export interface ScopeOptions<Entity extends ObjectLiteral> {
  /** Of which relations deleted rows are loaded. */
  readonly relations: SoftDeleteRelations<Entity>;
}

/** @internal */
export const SCOPE_RULES: OptionRules<ScopeOptions<ObjectLiteral>> = {
  relations: rule("an object such as { author: { company: true } }", areRelations),
};

function areRelations(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).every(
      (below) => below === undefined || typeof below === "boolean" || areRelations(below),
    )
  );
}
