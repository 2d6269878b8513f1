import type { EntityMetadata } from "typeorm";

import type { Column } from "./metadata";

/** An index of TypeORM's metadata. TypeORM does not export the type itself. */
export type Index = EntityMetadata["indices"][number];

/**
 * The columns of an index, for its declaration, and what has to follow the names that the naming strategy gives to columns:
 * the index's condition, the expression of a generated column. A decorator knows no naming strategy and no database.
 *
 * Leans on `IndexMetadata.build()` calling a function in the place of columns as its method, once the columns are named and
 * before the index is, and on schema builders reading `where` and `asExpression` later than that.
 *
 * @internal
 */
export function onceNamed(
  properties: readonly string[],
  mend: (index: Index) => void,
): (this: unknown) => string[] {
  return function (this: unknown): string[] {
    const index = this as Index;
    mend(index);
    return properties.map((property) => pathIn(index, property));
  };
}

/** The columns of an index of the rows in which one of them is not null, for its declaration. @internal */
export function someNotNull(properties: readonly string[]): (this: unknown) => string[] {
  return onceNamed(properties, (index) => {
    index.where = properties
      .flatMap((property) => columnBeside(index, property) ?? [])
      .map((column) => `${nameInText(column)} IS NOT NULL`)
      .join(" OR ");
  });
}

/** The column of a property beside an index, as the index's entity or embedded class has it. @internal */
export function columnBeside(index: Index, property: string): Column | undefined {
  const path = pathIn(index, property);
  return index.entityMetadata.columns.find(({ propertyPath }) => propertyPath === path);
}

/**
 * The delete-date column of the entity of an index: with single-table inheritance, whose top has those of all child entities, the
 * one of a class or a base class of that which declares the index.
 *
 * @internal
 */
export function deleteDateBeside({ entityMetadata, target }: Index): Column | undefined {
  const dates = entityMetadata.columns.filter((column) => column.isDeleteDate);
  const related = (one: unknown, other: unknown): boolean =>
    typeof one === "function" &&
    typeof other === "function" &&
    (one === other || Object.prototype.isPrototypeOf.call(one, other));
  return (
    dates.find((date) => related(date.target, target) || related(target, date.target)) ?? dates[0]
  );
}

/** A column's name as it stands in a condition or an expression: quoted as its database quotes names. @internal */
export function nameInText({ entityMetadata, databaseName }: Column): string {
  return entityMetadata.dataSource.driver.escape(databaseName);
}

function pathIn({ embeddedMetadata }: Index, property: string): string {
  return embeddedMetadata ? `${embeddedMetadata.propertyPath}.${property}` : property;
}
