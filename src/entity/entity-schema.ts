import type { EntitySchema, EntitySchemaColumnOptions, EntitySchemaIndexOptions } from "typeorm";

import { SoftDeleteConfigurationError, type Only } from "../errors";
import { OBJECT, rule, TEXT, type OptionRules } from "../errors/check-options";
import { someNotNull } from "../typeorm/final-names";
import { ACTIVE_KEY, ACTIVE_KEY_COLUMN, keyColumns } from "./active-key";
import {
  schemaAnnotations,
  type Annotations,
  type SoftDeleteColumnRole,
  type SoftDeletePolicy,
} from "./annotations";
import { checkColumnOptions } from "./column-rules";
import { isPolicy } from "./on-soft-delete";

/** By which a schema's column is known as one of {@link softDeleteSchemaColumns}, also where it is a copy with a name. */
const OURS = Symbol.for("typeorm-soft-delete:schema-column");

/**
 * The columns of a soft-deletable `EntitySchema`, for its `columns`, named by the naming strategy. A copy may have a name:
 * `deletedAt: { ...softDeleteSchemaColumns.deletedAt, name: "removed_on" }`.
 */
export const softDeleteSchemaColumns = {
  deletedAt: { type: Date, deleteDate: true, nullable: true },
  deletionId: Object.assign({ type: "uuid", nullable: true, update: false } as const, {
    [OURS]: true,
  }),
} as const satisfies Record<string, EntitySchemaColumnOptions>;

/** The indexes that trash, undo and purge go by, for the `indices` of a schema that has {@link softDeleteSchemaColumns}. */
export const softDeleteSchemaIndices: EntitySchemaIndexOptions[] = [
  { columns: someNotNull(["deletedAt", "deletionId"]) },
  { columns: someNotNull(["deletionId", "deletedAt"]) },
];

/** Whether a column of a schema is the deletion id of {@link softDeleteSchemaColumns}, or a copy of it. @internal */
export function isOwnSchemaColumn(column: object): boolean {
  return OURS in column;
}

/** The options of {@link softDeleteSchema}. */
export interface SoftDeleteSchemaOptions {
  /** The property of the deletion id column. @default "deletionId" */
  readonly deletionId?: string;
  /** The property of a column that says who deleted the row, as `@DeletedByColumn()`: a nullable text. @default none */
  readonly deletedBy?: string;
  /** The property of a column that says why, as `@DeleteReasonColumn()`: a nullable text. @default none */
  readonly deleteReason?: string;
  /** The property of a boolean column that follows the delete date, as `@DeletedFlagColumn()`. @default none */
  readonly deletedFlag?: string;
  /** The policy of each many-to-one or owning one-to-one relation, by property. */
  readonly policies?: Readonly<Record<string, SoftDeletePolicy>>;
  /** The keys that are unique among active rows, each a list of properties, as `@UniqueActive()`. @default none */
  readonly uniqueActive?: readonly (readonly string[])[];
}

const ROLES = ["deletionId", "deletedBy", "deleteReason", "deletedFlag"] as const;

const RULES: OptionRules<SoftDeleteSchemaOptions> = {
  deletionId: TEXT,
  deletedBy: TEXT,
  deleteReason: TEXT,
  deletedFlag: TEXT,
  policies: OBJECT,
  uniqueActive: rule(
    "a list of lists of properties",
    (value) => Array.isArray(value) && value.every((key) => Array.isArray(key)),
  ),
};

/**
 * Says of an `EntitySchema` what the decorators say of a class: which columns this package writes, the policies of its
 * relations, its keys among active rows, whose indexes and generated column it adds. The schema must be listed itself in the data
 * source's `entities`. Under other properties than those of {@link softDeleteSchemaIndices} it needs indexes of its own, each
 * with a name, since TypeORM gives both the same.
 *
 * @example
 * ```ts
 * const Post = softDeleteSchema(
 *   new EntitySchema<PostRow>({
 *     name: "Post",
 *     columns: { id: { type: Number, primary: true }, ...softDeleteSchemaColumns },
 *     indices: softDeleteSchemaIndices,
 *   }),
 *   { policies: { author: "CASCADE" } },
 * );
 * ```
 *
 * @throws SoftDeleteConfigurationError for an unknown policy, an option that it does not have, or a column that the schema does
 *   not have.
 */
export function softDeleteSchema<Schema extends EntitySchema, Key extends PropertyKey = never>(
  schema: Schema,
  options?: Only<SoftDeleteSchemaOptions, Key>,
): Schema {
  const { name } = schema.options;
  checkColumnOptions(`softDeleteSchema(${name})`, RULES, options);
  const annotations = schemaAnnotations(schema);
  for (const role of ROLES) noteColumn(schema, annotations, role, options?.[role]);
  for (const [property, policy] of Object.entries(options?.policies ?? {})) {
    if (!isPolicy(policy))
      throw SoftDeleteConfigurationError.unknownPolicy(`${name}.${property}`, policy);
    annotations.policies.set(property, policy);
  }
  for (const properties of options?.uniqueActive ?? []) addKey(schema, annotations, properties);
  return schema;
}

function noteColumn(
  { options: { name, columns } }: EntitySchema,
  annotations: Annotations,
  role: SoftDeleteColumnRole,
  property: string | undefined,
): void {
  if (property !== undefined && !(property in columns))
    throw SoftDeleteConfigurationError.unknownName(
      `${name}.${property}`,
      "column",
      Object.keys(columns),
    );
  if (property !== undefined || role === "deletionId")
    annotations.columns.set(property ?? role, role);
}

function addKey(
  { options }: EntitySchema,
  annotations: Annotations,
  properties: readonly string[],
): void {
  annotations.uniques.push({ properties, generated: true });
  Object.assign(options.columns, { [ACTIVE_KEY]: ACTIVE_KEY_COLUMN });
  const columns = keyColumns(properties, true);
  options.indices = [...(options.indices ?? []), { columns, unique: true }];
}
