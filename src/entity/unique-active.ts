import { Column, Index } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import { annotationsOf, inheritedAnnotations } from "./annotations";
import { deleteDateName } from "../typeorm/decorator-storage";

/** The options of {@link UniqueActive}. */
export interface UniqueActiveOptions {
  /** The name of the unique index. @default by TypeORM's naming strategy */
  readonly name?: string;
  /**
   * The name of the delete-date column in the database.
   *
   * @default the one that the class has inherited or declared before, else "deleted_at"
   */
  readonly deletedAt?: string;
  /**
   * Whether the index leans on a generated column, which MySQL and MariaDB need: they have no partial indexes. Without it,
   * the key is a partial unique index alone, and MySQL and MariaDB are refused at start.
   *
   * @default true
   */
  readonly generatedColumn?: boolean;
}

/** The property of the generated column: 1 in an active row, null in a deleted one. @internal */
export const ACTIVE_KEY = "activeKey";

/**
 * A key that is unique among active rows only: any number of deleted rows may hold the same values.
 *
 * On PostgreSQL and SQLite it is a partial unique index. MySQL and MariaDB have none, and TypeORM silently drops the
 * condition there, which would make a full unique key; what keeps the key right on all of them is a generated column
 * `active_key`, hidden from every `find`, that is null in a deleted row.
 *
 * @example
 * ```ts
 * @Entity()
 * @UniqueActive(["tenantId", "slug"])
 * class Article extends SoftDeletable {
 *   @Column() tenantId!: number;
 *   @Column() slug!: string;
 *   @Column() @UniqueActive() shortCode!: string;
 * }
 * ```
 *
 * @throws SoftDeleteConfigurationError for a delete-date column whose name would have to be quoted.
 */
export function UniqueActive(options?: UniqueActiveOptions): PropertyDecorator;
export function UniqueActive(
  properties: readonly string[],
  options?: UniqueActiveOptions,
): ClassDecorator;
export function UniqueActive(
  first: UniqueActiveOptions | readonly string[] = {},
  second: UniqueActiveOptions = {},
): PropertyDecorator & ClassDecorator {
  return (target: object, property?: string | symbol): void => {
    const owner = property === undefined ? target : target.constructor;
    const properties = Array.isArray(first) ? (first as readonly string[]) : [String(property)];
    const options = Array.isArray(first) ? second : (first as UniqueActiveOptions);
    uniqueAmongActive(owner as EntityClass, properties, options);
  };
}

type EntityClass = new () => object;

function uniqueAmongActive(
  owner: EntityClass,
  properties: readonly string[],
  options: UniqueActiveOptions,
): void {
  const path = `${owner.name}.${properties.join(", ")}`;
  const deletedAt = options.deletedAt ?? deleteDateName(owner) ?? "deleted_at";
  const generated = options.generatedColumn ?? true;
  if (generated) declareActiveKey(owner, deletedAt, path);
  annotationsOf(owner).uniques.push({ properties, deletedAt, generated });
  const columns = generated ? [...properties, ACTIVE_KEY] : [...properties];
  const index = { unique: true, where: `"${deletedAt}" IS NULL` };
  if (options.name === undefined) Index(columns, index)(owner);
  else Index(options.name, columns, index)(owner);
}

/** One generated column for each class, however many keys lean on it. */
function declareActiveKey(owner: EntityClass, deletedAt: string, path: string): void {
  if (inheritedAnnotations(owner).uniques.some((unique) => unique.generated)) return;
  // The expression has to be the same SQL on every database, and they quote names differently.
  if (!/^[a-z_][a-z0-9_]*$/.test(deletedAt))
    throw SoftDeleteConfigurationError.quotedDeleteDate(path, deletedAt);
  Column({
    name: "active_key",
    type: "int",
    nullable: true,
    select: false,
    insert: false,
    update: false,
    generatedType: "STORED",
    asExpression: `CASE WHEN ${deletedAt} IS NULL THEN 1 END`,
  })(owner.prototype as object, ACTIVE_KEY);
}
