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

/** By the strategy "query" TypeORM leaves deleted rows of lists out, whatever `withDeleted` says. */
const ALL_ROWS = { withDeleted: true, relationLoadStrategy: "join" } as const;

/** Find options that keep to a scope, whatever their `where` says. @internal */
export function scopedOptions<
  Entity extends ObjectLiteral,
  Options extends FindManyOptions<Entity>,
>(metadata: EntityMetadata, scope: Scope, options: Options): Options {
  switch (scope) {
    case "active":
      return options;
    case "withDeleted":
      return { ...options, ...ALL_ROWS };
    case "onlyDeleted":
      // Not by a spread: TypeORM's find takes a twentieth longer over an object whose spread `where` is replaced.
      return Object.assign({}, options, ALL_ROWS, {
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
    const add = (nested: unknown): unknown =>
      withCondition((nested ?? {}) as FindOptionsWhere<Entity>, rest, condition);
    // An empty list is no condition at all.
    const list = [given].flat();
    const nested = list.length > 1 ? list.map(add) : add(list[0]);
    return { ...where, [property]: nested };
  }
  if (given === undefined) return Object.assign({}, where, { [property]: condition });
  return {
    ...where,
    // The inner And() is for its brackets: what a Raw() says may hold an OR.
    [property]: And(condition, given instanceof FindOperator ? And(given) : Equal(given)),
  };
}
