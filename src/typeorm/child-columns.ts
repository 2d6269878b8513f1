import { getMetadataArgsStorage } from "typeorm";

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
export function shareWithChildren(between: (abstract new () => object) & { name: string }): void {
  const { tables, inheritances } = getMetadataArgsStorage();
  const isInherited = inheritances.some(({ target }) => isBaseOf(target, between));
  if (!isInherited) return;
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

function isBaseOf(base: unknown, target: unknown): boolean {
  return (
    typeof base === "function" &&
    typeof target === "function" &&
    Object.prototype.isPrototypeOf.call(base, target)
  );
}
