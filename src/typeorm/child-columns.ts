import { getMetadataArgsStorage, Index } from "typeorm";

import { someNotNull } from "./final-names";

type AbstractClass = (abstract new () => object) & { name: string };

type TableArgs = ReturnType<typeof getMetadataArgsStorage>["tables"][number];

/**
 * Makes TypeORM see the columns of a class that stands between the entity at the top of single-table inheritance and its
 * child entities: it gives the table those of child entities alone, and fails over a child that has others.
 *
 * Leans on TypeORM asking each table in `MetadataArgsStorage.tables` for its type whenever it builds metadata: the class
 * passes for a child entity, without being one of the data source's, as soon as a child entity extends it.
 *
 * @internal
 */
export function shareWithChildren(between: AbstractClass): void {
  const { tables } = getMetadataArgsStorage();
  if (topOf(between) === undefined) return;
  const args: TableArgs = {
    target: between,
    get type(): TableArgs["type"] {
      const isExtended = getMetadataArgsStorage().tables.some(
        (table) =>
          table !== args && isBaseOf(between, table.target) && table.type === "entity-child",
      );
      // A type of no entity.
      return isExtended ? "entity-child" : "junction";
    },
  };
  tables.push(args);
}

/**
 * Adds to a class an index of the rows in which one of its columns is not null, unless another class between the same top and
 * its child entities has brought it: TypeORM would make it of each, by the same name.
 *
 * Leans on `MetadataArgsStorage.indices`.
 *
 * @internal
 */
export function indexOnce(between: AbstractClass, properties: readonly string[]): void {
  const top = topOf(between);
  const isThere = getMetadataArgsStorage().indices.some(
    ({ target, columns }) =>
      top !== undefined &&
      isBaseOf(top, target) &&
      columns !== undefined &&
      PROPERTIES in columns &&
      String(columns[PROPERTIES]) === String(properties),
  );
  if (isThere) return;
  Index(Object.assign(someNotNull(properties), { [PROPERTIES]: properties }))(between);
}

/** By which the function that stands for an index's columns tells of which it is. */
const PROPERTIES = Symbol.for("typeorm-soft-delete:properties");

/** The class at the top of the single-table inheritance in which a class stands. */
function topOf(between: AbstractClass): unknown {
  return getMetadataArgsStorage().inheritances.find(({ target }) => isBaseOf(target, between))
    ?.target;
}

function isBaseOf(base: unknown, target: unknown): boolean {
  return (
    typeof base === "function" &&
    typeof target === "function" &&
    Object.prototype.isPrototypeOf.call(base, target)
  );
}
