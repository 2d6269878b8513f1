import { SelectQueryBuilder, type ObjectLiteral } from "typeorm";

/**
 * A copy of a query that refuses to be turned into a statement that writes, and so do its own copies.
 *
 * Leans on the query builder's copies being made by `new this.constructor(query)`, on the constructor taking a query, and on
 * the methods below being all that turn a query into one that writes.
 *
 * @internal
 */
export function readOnly<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  refusal: (method: string) => Error,
): SelectQueryBuilder<Entity> {
  class ReadOnlyQuery extends SelectQueryBuilder<Entity> {
    override insert(): never {
      throw refusal("insert");
    }
    override update(): never {
      throw refusal("update");
    }
    override delete(): never {
      throw refusal("delete");
    }
    override softDelete(): never {
      throw refusal("softDelete");
    }
    override restore(): never {
      throw refusal("restore");
    }
    override relation(): never {
      throw refusal("relation");
    }
  }
  return new ReadOnlyQuery(query);
}
