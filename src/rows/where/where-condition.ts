import type { EntityManager, EntityMetadata, ObjectLiteral } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import { dialectOf } from "../../sql";
import type { Sql } from "../../sql/sql";
import type { Relation } from "../../typeorm/metadata";
import { ColumnCondition } from "./operators";
import type { Place } from "./place";
import { plainObject } from "./plain-object";
import { RelatedRows } from "./related-rows";
import { allOf } from "./together";

/** Fewer than any database takes: SQLite 32,766. @internal */
export const PARAMETERS_PER_STATEMENT = 20_000;

/** The rows `c` that a `where` object names. */
export interface Where {
  readonly condition: Sql;
  /** The same, as it may stand in a statement that writes the very tables which it reads. */
  readonly whileWriting: Sql;
  /** The relations to other rows that it goes over. */
  readonly relations: ReadonlySet<Relation>;
}

/**
 * The rows `c` that a `where` object names: one of `find()`, understood by the metadata and written here, since TypeORM leaves
 * out what it does not understand.
 *
 * @throws SoftDeleteCriteriaError for what cannot be understood whole.
 * @internal
 */
export function whereCondition(
  manager: EntityManager,
  place: Place,
  metadata: EntityMetadata,
  where: unknown,
): Where {
  const writer = new WhereWriter(manager);
  const condition = writer.of(place, metadata, "c", where);
  if (condition.parameters > PARAMETERS_PER_STATEMENT) {
    throw SoftDeleteCriteriaError.tooLarge(place.method, place.path, PARAMETERS_PER_STATEMENT);
  }
  const { relations } = writer;
  if (relations.size === 0) return { condition, whileWriting: condition, relations };
  const dialect = dialectOf(manager.dataSource);
  const table = dialect.names.table({ metadata });
  const columns = dialect.names.list("c", metadata.primaryColumns);
  const whileWriting = dialect.whileWriting(table, columns, condition);
  return { condition, whileWriting, relations };
}

/** Writes the condition of one `where` object, and of the objects in it. */
class WhereWriter {
  readonly #related: RelatedRows;

  constructor(private readonly manager: EntityManager) {
    this.#related = new RelatedRows(manager, this.of.bind(this));
  }

  /** The relations to other rows that the conditions have gone over. */
  get relations(): ReadonlySet<Relation> {
    return this.#related.relations;
  }

  /** The condition that a row, by its alias, meets everything that an object asks for. */
  of(place: Place, metadata: EntityMetadata, alias: string, where: unknown): Sql {
    return allOf(this.#parts(place, metadata, alias, plainObject(place, where), ""));
  }

  #parts(
    place: Place,
    metadata: EntityMetadata,
    alias: string,
    where: ObjectLiteral,
    prefix: string,
  ): Sql[] {
    return Object.entries(where).flatMap(([property, value]: [string, unknown]) => {
      const path = `${prefix}${property}`;
      const here = place.below(`.${property}`);
      if (value === null || value === undefined) {
        throw SoftDeleteCriteriaError.missingValue(here.method, here.path, value);
      }
      const relation = metadata.findRelationWithPropertyPath(path);
      if (relation) return [this.#related.related(here, relation, alias, value)];
      const embedded = metadata.findEmbeddedWithPropertyPath(path);
      if (embedded) {
        const { type } = embedded;
        const isOfIt = typeof type === "function" && value instanceof type;
        const object = isOfIt ? Object.fromEntries(Object.entries(value)) : value;
        return this.#parts(here, metadata, alias, plainObject(here, object), `${path}.`);
      }
      const column = metadata.findColumnWithPropertyPathStrict(path);
      if (!column) {
        throw SoftDeleteCriteriaError.unknownProperty(here.method, here.path, metadata.name);
      }
      return [new ColumnCondition(this.manager, alias, column).of(here, value)];
    });
  }
}
