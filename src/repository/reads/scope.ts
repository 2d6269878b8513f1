import {
  And,
  Equal,
  FindOperator,
  Raw,
  type EntityMetadata,
  type FindManyOptions,
  type FindOptionsWhere,
  type ObjectLiteral,
} from "typeorm";

/** Which rows a repository reads: active ones, all, or deleted ones. */
export type Scope = "active" | "withDeleted" | "onlyDeleted";

/** Find options that keep to a scope, whatever their `where` says. @internal */
export function scopedOptions<
  Entity extends ObjectLiteral,
  Options extends FindManyOptions<Entity>,
>(metadata: EntityMetadata, scope: Scope, options: Options): Options {
  switch (scope) {
    case "active":
      return options;
    case "withDeleted":
      return { ...options, withDeleted: true };
    case "onlyDeleted":
      // Not by a spread: TypeORM's find takes a twentieth longer over an object whose spread `where` is replaced.
      return Object.assign({}, options, {
        withDeleted: true,
        where: onlyDeleted(metadata, options.where),
      });
  }
}

type Where<Entity> = FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[];

/** A `where` that matches deleted rows only. */
function onlyDeleted<Entity extends ObjectLiteral>(
  metadata: EntityMetadata,
  where?: Where<Entity>,
): Where<Entity> {
  const path = metadata.deleteDateColumn?.propertyPath.split(".") ?? [];
  if (Array.isArray(where) && where.length > 0) return where.map((one) => withCondition(one, path));
  return withCondition(Array.isArray(where) ? {} : (where ?? {}), path);
}

// Not(IsNull()) comes out as NOT(... IS NULL), by which SQLite does not recognize a partial index.
const IS_SET: FindOperator<unknown> = Raw((column) => `${column} IS NOT NULL`);

/** A `where` that adds a condition on one property to those that it has. @internal */
export function withCondition<Entity>(
  where: FindOptionsWhere<Entity>,
  path: readonly string[],
  condition: FindOperator<unknown> = IS_SET,
): FindOptionsWhere<Entity> {
  const [property = "", ...rest] = path;
  const given = (where as Record<string, unknown>)[property];
  if (rest.length > 0) {
    const nested = (given ?? {}) as FindOptionsWhere<Entity>;
    return { ...where, [property]: withCondition(nested, rest, condition) };
  }
  if (given === undefined) return Object.assign({}, where, { [property]: condition });
  return {
    ...where,
    [property]: And(condition, given instanceof FindOperator ? given : Equal(given)),
  };
}
