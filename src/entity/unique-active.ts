import { Column, Index } from "typeorm";

import type { Only } from "../errors";
import { BOOLEAN, TEXT, type OptionRules } from "../errors/check-options";
import { ACTIVE_KEY, ACTIVE_KEY_COLUMN, keyColumns } from "./active-key";
import { annotationsOf, inheritedAnnotations } from "./annotations";
import { checkColumnOptions } from "./column-rules";

/** The options of {@link UniqueActive}. */
export interface UniqueActiveOptions {
  /** The name of the unique index. @default by TypeORM's naming strategy */
  readonly name?: string;
  /**
   * Whether the index leans on a generated column, which MySQL and MariaDB need: they have no partial indexes. Without it,
   * the key is a partial unique index, and MySQL and MariaDB are refused at start.
   *
   * @default true
   */
  readonly generatedColumn?: boolean;
}

const RULES: OptionRules<UniqueActiveOptions> = { name: TEXT, generatedColumn: BOOLEAN };

/**
 * A key that is unique among active rows only: any number of deleted rows may hold the same values.
 *
 * The unique index has one more column, `activeKey`, named by the naming strategy and hidden from every `find`: the database
 * generates it, 1 in an active row and null in a deleted one, and null equals nothing. A partial unique index, which needs no such
 * column, is what MySQL and MariaDB do not have: TypeORM silently drops the condition there, which would make a full unique key.
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
 * @throws SoftDeleteConfigurationError for an option that it does not have.
 */
export function UniqueActive<Key extends PropertyKey = never>(
  options?: Only<UniqueActiveOptions, Key>,
): PropertyDecorator;
export function UniqueActive<Key extends PropertyKey = never>(
  properties: readonly string[],
  options?: Only<UniqueActiveOptions, Key>,
): ClassDecorator;
export function UniqueActive(
  first: UniqueActiveOptions | readonly string[] = {},
  second: UniqueActiveOptions = {},
): PropertyDecorator & ClassDecorator {
  const given = Array.isArray(first) ? second : first;
  checkColumnOptions("UniqueActive", RULES, given);
  return (target: object, property?: string | symbol): void => {
    const owner = property === undefined ? target : target.constructor;
    const properties = Array.isArray(first) ? (first as readonly string[]) : [String(property)];
    uniqueAmongActive(owner as EntityClass, properties, given as UniqueActiveOptions);
  };
}

type EntityClass = new () => object;

function uniqueAmongActive(
  owner: EntityClass,
  properties: readonly string[],
  options: UniqueActiveOptions,
): void {
  const generated = options.generatedColumn ?? true;
  if (generated) declareActiveKey(owner);
  annotationsOf(owner).uniques.push({ properties, generated });
  const columns = keyColumns(properties, generated);
  if (options.name === undefined) Index(columns, { unique: true })(owner);
  else Index(options.name, columns, { unique: true })(owner);
}

/** One generated column for each class, however many keys lean on it. */
function declareActiveKey(owner: EntityClass): void {
  if (inheritedAnnotations(owner).uniques.some((unique) => unique.generated)) return;
  Column(ACTIVE_KEY_COLUMN)(owner.prototype as object, ACTIVE_KEY);
}
