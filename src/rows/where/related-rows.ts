import type { EntityManager, EntityMetadata, FindOperator, ObjectLiteral } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";
import { dialectOf } from "../../sql";
import type { Names } from "../../sql/names";
import { bind, sql, type Sql } from "../../sql/sql";
import type { Column, Relation } from "../../typeorm/metadata";
import { ofEntity } from "../by-keys";
import { ColumnCondition, comparisonOf, isOperator } from "./operators";
import type { Place } from "./place";
import { isPlain, plainObject } from "./plain-object";
import { anyOf, allOf } from "./together";

/** The columns by which a row and those related to it belong together, and the table between them, where there is one. */
interface Link {
  readonly own: readonly Column[];
  readonly theirs: readonly Column[];
  readonly junction?: {
    readonly metadata: EntityMetadata;
    readonly own: readonly Column[];
    readonly theirs: readonly Column[];
  };
}

/** The condition that a row, by its alias, meets everything that an object asks for. */
type Condition = (place: Place, metadata: EntityMetadata, alias: string, where: unknown) => Sql;

/** Conditions on the rows to which others are related. */
export class RelatedRows {
  /** The relations to other rows that the conditions have gone over. */
  readonly relations = new Set<Relation>();
  readonly #names: Names;
  #aliases = 0;

  constructor(
    private readonly manager: EntityManager,
    private readonly condition: Condition,
  ) {
    this.#names = dialectOf(manager.dataSource).names;
  }

  /**
   * The condition that a row, by its alias, has a related row, active or deleted, that meets one of the objects; or as many
   * active ones as an operator says.
   */
  related(place: Place, relation: Relation, alias: string, value: unknown): Sql {
    if (isOperator(value)) {
      return relation.isManyToOne || relation.isOneToOneOwner
        ? this.#byForeignKey(place, relation, alias, value)
        : this.#byCount(place, relation, alias, value);
    }
    if (!Array.isArray(value)) return this.#one(place, relation, alias, value);
    if (value.length === 0) throw SoftDeleteCriteriaError.emptyList(place.method, place.path);
    return anyOf(
      (value as unknown[]).map((one, index) =>
        this.#one(place.below(`[${String(index)}]`), relation, alias, one),
      ),
    );
  }

  #one(place: Place, relation: Relation, alias: string, value: unknown): Sql {
    const target = relation.inverseEntityMetadata;
    const where = plainObject(place, keyOfInstance(place, target, value));
    const link = linkOf(relation);
    const own = ownKey(relation, where);
    if (own) {
      return allOf(
        own.flatMap(([column, property, asked]) => [
          new ColumnCondition(this.manager, alias, column).of(place.below(`.${property}`), asked),
          // Without a related row none of its properties is null.
          ...(isOperator(asked) ? [sql`${this.#names.of(alias, column)} IS NOT NULL`] : []),
        ]),
      );
    }
    this.relations.add(relation);
    const related = this.#alias();
    const names = this.#names;
    const condition = allOf([
      this.condition(place, target, related, where),
      ...ofEntity(names, target, related),
    ]);
    const rows = sql`SELECT ${names.list(related, link.theirs)} FROM ${names.table({ metadata: target })} ${related} WHERE ${condition}`;
    const { junction } = link;
    if (!junction) return sql`${names.row(alias, link.own)} IN (${rows})`;
    const between = this.#alias();
    return sql`${names.row(alias, link.own)} IN (SELECT ${names.list(between, junction.own)} FROM ${names.table(junction)} ${between} WHERE ${names.row(between, junction.theirs)} IN (${rows}))`;
  }

  /** An operator on what the foreign key holds, as `find` has it. */
  #byForeignKey(
    place: Place,
    relation: Relation,
    alias: string,
    operator: FindOperator<unknown>,
  ): Sql {
    const [column, second] = relation.joinColumns;
    if (!column) throw SoftDeleteCriteriaError.operator(place.method, place.path, operator.type);
    if (second) return this.#byForeignKeys(place, relation, alias, operator);
    return new ColumnCondition(this.manager, alias, column).of(place, operator);
  }

  /** Of several columns: whether there is a related row at all. */
  #byForeignKeys(
    place: Place,
    relation: Relation,
    alias: string,
    operator: FindOperator<unknown>,
  ): Sql {
    const { type, child } = operator;
    if (type === "isNull") {
      const names = this.#names;
      return anyOf(relation.joinColumns.map((one) => sql`${names.of(alias, one)} IS NULL`));
    }
    if (type !== "not" || !child) {
      throw SoftDeleteCriteriaError.operator(place.method, place.path, type);
    }
    return sql`NOT (${this.#byForeignKeys(place.below(""), relation, alias, child)})`;
  }

  /** How many active rows are related, as `find` counts them: over a junction table it counts that one's rows. */
  #byCount(place: Place, relation: Relation, alias: string, operator: FindOperator<unknown>): Sql {
    const comparison = comparisonOf(operator);
    const { own, theirs, junction } = linkOf(relation);
    if (comparison === undefined || relation.isOneToOneNotOwner) {
      throw SoftDeleteCriteriaError.operator(place.method, place.path, operator.type);
    }
    const wanted: unknown = operator.child ?? operator.value;
    if (!Number.isSafeInteger(wanted)) {
      throw SoftDeleteCriteriaError.unfit(place.method, place.path, wanted, "a number of rows");
    }
    this.relations.add(relation);
    const names = this.#names;
    const counted = this.#alias();
    const metadata = junction?.metadata ?? relation.inverseEntityMetadata;
    const columns = junction?.own ?? theirs;
    const conditions = own.map(
      (column, index) =>
        sql`${names.of(counted, columns[index] ?? column)} = ${names.of(alias, column)}`,
    );
    const { deleteDateColumn } = metadata;
    if (deleteDateColumn) conditions.push(sql`${names.of(counted, deleteDateColumn)} IS NULL`);
    conditions.push(...ofEntity(names, metadata, counted));
    return sql`(SELECT COUNT(*) FROM ${names.table({ metadata })} ${counted} WHERE ${allOf(conditions)}) ${comparison} ${bind(wanted)}`;
  }

  #alias(): string {
    this.#aliases += 1;
    return `r${String(this.#aliases)}`;
  }
}

/** An object of the related class stands for its row, by its primary key. */
function keyOfInstance(place: Place, target: EntityMetadata, value: unknown): unknown {
  const { target: type } = target;
  if (typeof type !== "function" || isPlain(value) || !(value instanceof type)) return value;
  const key = target.getEntityIdMap(value);
  if (key) return key;
  throw SoftDeleteCriteriaError.notPersisted(place.method, place.path);
}

/** Conditions on a related row's key alone are conditions on the foreign key. */
function ownKey(
  relation: Relation,
  where: ObjectLiteral,
): [column: Column, property: string, asked: unknown][] | undefined {
  if (!relation.isManyToOne && !relation.isOneToOneOwner) return undefined;
  const asked = Object.entries(where).map(([property, value]: [string, unknown]) => {
    const column = relation.joinColumns.find(
      ({ referencedColumn }) => referencedColumn?.propertyPath === property,
    );
    return column && !isPlain(value)
      ? ([column, property, value] as [Column, string, unknown])
      : undefined;
  });
  return asked.every((one) => one !== undefined) ? asked : undefined;
}

function linkOf(relation: Relation): Link {
  const { inverseRelation, junctionEntityMetadata } = relation;
  if (relation.isManyToMany && junctionEntityMetadata) {
    const { isManyToManyOwner } = relation;
    const owner = isManyToManyOwner ? relation : (inverseRelation ?? relation);
    const [own, theirs] = isManyToManyOwner
      ? [owner.joinColumns, owner.inverseJoinColumns]
      : [owner.inverseJoinColumns, owner.joinColumns];
    return {
      own: referenced(own),
      theirs: referenced(theirs),
      junction: { metadata: junctionEntityMetadata, own, theirs },
    };
  }
  if (relation.isManyToOne || relation.isOneToOneOwner) {
    return { own: relation.joinColumns, theirs: referenced(relation.joinColumns) };
  }
  const columns = inverseRelation?.joinColumns ?? [];
  return { own: referenced(columns), theirs: columns };
}

function referenced(columns: readonly Column[]): Column[] {
  return columns.map((column) => column.referencedColumn ?? column);
}
