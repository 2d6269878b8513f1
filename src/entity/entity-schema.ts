import type { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import { schemaAnnotations, type SoftDeletePolicy } from "./annotations";
import { isPolicy } from "./on-soft-delete";

/** The columns of a soft-deletable `EntitySchema`, for its `columns`. */
export const softDeleteSchemaColumns = {
  deletedAt: { name: "deleted_at", type: Date, deleteDate: true, nullable: true },
  deletionId: { name: "deletion_id", type: "uuid", nullable: true },
} as const satisfies Record<string, EntitySchemaColumnOptions>;

/** The options of {@link softDeleteSchema}. */
export interface SoftDeleteSchemaOptions {
  /** The property of the deletion id column. @default "deletionId" */
  readonly deletionId?: string;
  /** The policy of each many-to-one or owning one-to-one relation, by property. */
  readonly policies?: Readonly<Record<string, SoftDeletePolicy>>;
}

/**
 * Says of an `EntitySchema` what the decorators say of a class: which column is the deletion id, and the policies of its
 * relations. The schema must be listed itself in the data source's `entities`. Add the indexes yourself: `(deleted_at,
 * deletion_id)` and `(deletion_id, deleted_at)`, each with a name, since TypeORM gives both the same.
 *
 * @example
 * ```ts
 * const Post = softDeleteSchema(
 *   new EntitySchema<PostRow>({ name: "Post", columns: { id: { type: Number, primary: true }, ...softDeleteSchemaColumns } }),
 *   { policies: { author: "CASCADE" } },
 * );
 * ```
 *
 * @throws SoftDeleteConfigurationError for an unknown policy.
 */
export function softDeleteSchema<Schema extends EntitySchema>(
  schema: Schema,
  options: SoftDeleteSchemaOptions = {},
): Schema {
  const annotations = schemaAnnotations(schema);
  annotations.columns.set(options.deletionId ?? "deletionId", "deletionId");
  for (const [property, policy] of Object.entries(options.policies ?? {})) {
    if (!isPolicy(policy)) {
      throw SoftDeleteConfigurationError.unknownPolicy(
        `${schema.options.name}.${property}`,
        policy,
      );
    }
    annotations.policies.set(property, policy);
  }
  return schema;
}
