import { InstanceChecker, type EntityTarget, type ObjectLiteral } from "typeorm";

import {
  BOOLEAN,
  DATE,
  isObject,
  oneOf,
  rule,
  TEXT,
  wholeNumber,
  type OptionRules,
} from "../errors/check-options";
import { isDeletionId } from "../rows/deletion-id";

/** Which deletions {@link SoftDeleteManager.deletions} lists, and {@link SoftDeleteManager.countDeletions} counts. */
export interface DeletionsFilter {
  /** Only the deletion with this id, which is found also where the log does not have it. */
  readonly deletionId?: string;
  /** Only deletions with roots of this entity, given as a class or by its name. */
  readonly entity?: EntityTarget<ObjectLiteral>;
  /** Only deletions by this actor. */
  readonly actor?: string;
  /** Only deletions at this time or later. */
  readonly since?: Date;
  /** Only deletions before this time. */
  readonly until?: Date;
  /** Only deletions that were undone wholly, or only those of which something is left to be restored. */
  readonly restored?: boolean;
}

/** What {@link SoftDeleteManager.deletions} lists. */
export interface DeletionsOptions extends DeletionsFilter {
  /** By the time of the deletion. @default "DESC" */
  readonly order?: "ASC" | "DESC";
  /** How many. @default 100 */
  readonly take?: number;
  /** How many to leave out. @default 0 */
  readonly skip?: number;
}

const ENTITY = rule(
  "a class, an EntitySchema or a name",
  (value) =>
    typeof value === "function" ||
    typeof value === "string" ||
    InstanceChecker.isEntitySchema(value) ||
    (isObject(value) && "name" in value && typeof value.name === "string"),
);

/** @internal */
export const FILTER_RULES: OptionRules<DeletionsFilter> = {
  deletionId: rule("the deletionId of a result or of a row", isDeletionId),
  entity: ENTITY,
  actor: TEXT,
  since: DATE,
  until: DATE,
  restored: BOOLEAN,
};

/** @internal */
export const LISTING_RULES: OptionRules<DeletionsOptions> = {
  ...FILTER_RULES,
  order: oneOf("ASC", "DESC"),
  take: wholeNumber(1),
  skip: wholeNumber(0),
};
