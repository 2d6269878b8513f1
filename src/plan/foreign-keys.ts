import type { EntityMetadata } from "typeorm";

import type { Declarations } from "./declarations";
import { kindsOf } from "./kinds";
import { tableColumn, type Table } from "./table";
import type { Column, Relation } from "../typeorm/metadata";

/** A pair of columns, the one that holds a key and the one that it refers to, as their tables have them. */
export interface KeyPair {
  readonly holder: Column;
  readonly referenced: Column;
}

/** A relation of one entity that holds a foreign key. */
export interface Link {
  readonly metadata: EntityMetadata;
  readonly relation: Relation;
  /** The entity that it refers to. */
  readonly target: EntityMetadata;
}

/** A relation by which objects of one entity refer to the rows that hold a foreign key to theirs. */
export interface Inverse {
  readonly metadata: EntityMetadata;
  readonly relation: Relation;
  /** The kinds of the rows that it refers to. */
  readonly kinds: readonly unknown[];
}

/** A foreign key, as all entities of its table together declare it. */
export interface ForeignKey {
  readonly holder: Table;
  readonly referenced: Table;
  readonly pairs: readonly KeyPair[];
  readonly links: readonly Link[];
  readonly inverses: readonly Inverse[];
}

type Tables = ReadonlyMap<EntityMetadata, Table>;

/** The foreign keys of a data source's relations, in the order of the tables. Views have none, and none leads to them. @internal */
export function findForeignKeys(declarations: Declarations, tables: Tables): ForeignKey[] {
  const keys = new Map<string, ForeignKey & { links: Link[]; inverses: Inverse[] }>();
  const all = [...new Set(tables.values())];
  for (const holder of all) {
    for (const metadata of holder.metadatas) {
      for (const relation of declarations.relations(metadata)) {
        const found = isHolding(relation) && foreignKeyOf(tables, metadata, relation);
        if (!found) continue;
        const known = keys.get(found.name) ?? { ...found, links: [], inverses: [] };
        keys.set(found.name, known);
        known.links.push({ metadata, relation, target: relation.inverseEntityMetadata });
      }
    }
  }
  for (const metadata of all.flatMap((table) => table.metadatas)) {
    for (const relation of declarations.relations(metadata)) {
      const { inverseEntityMetadata: child, inverseRelation: held } = relation;
      if (isHolding(relation) || !held || !isHolding(held)) continue;
      const found = foreignKeyOf(tables, child, held);
      const known = found && keys.get(found.name);
      known?.inverses.push({ metadata, relation, kinds: kindsOf(known.holder, child) });
    }
  }
  return [...keys.values()];
}

/** Whether it is a relation of the side that holds the foreign key. @internal */
export function isHolding(relation: Relation): boolean {
  return relation.isManyToOne || relation.isOneToOneOwner;
}

/** The foreign key of a relation; undefined where it leads to a view. @internal */
export function foreignKeyOf(
  tables: Tables,
  metadata: EntityMetadata,
  relation: Relation,
): (Pick<ForeignKey, "holder" | "referenced" | "pairs"> & { readonly name: string }) | undefined {
  const target = relation.inverseEntityMetadata;
  const [holder, referenced] = [tables.get(metadata), tables.get(target)];
  if (!holder || !referenced) return undefined;
  const pairs = joinColumnsOf(metadata, relation).flatMap((column): KeyPair[] => {
    const other = column.referencedColumn && referencedColumn(target, column.referencedColumn);
    if (!other) return [];
    return [{ holder: tableColumn(holder, column), referenced: tableColumn(referenced, other) }];
  });
  if (pairs.length === 0) return undefined;
  const columns = pairs.map((pair) => [pair.holder.databaseName, pair.referenced.databaseName]);
  const name = JSON.stringify([holder.metadata.tablePath, referenced.metadata.tablePath, columns]);
  return { holder, referenced, pairs, name };
}

/** Of a child entity's embedded relation, TypeORM knows the columns at the top of the table alone. */
function joinColumnsOf(metadata: EntityMetadata, relation: Relation): readonly Column[] {
  if (relation.joinColumns.length > 0) return relation.joinColumns;
  if (metadata.tableType !== "entity-child") return [];
  const { parentEntityMetadata: top } = metadata;
  return top.findRelationWithPropertyPath(relation.propertyPath)?.joinColumns ?? [];
}

/**
 * What a column refers to in the entity of a relation. Siblings of single-table inheritance share the columns of relations
 * of the same name, which then refer to the entity of the first of them.
 */
function referencedColumn(target: EntityMetadata, column: Column): Column | undefined {
  if (column.entityMetadata === target) return column;
  return target.columns.find((own) => own.propertyPath === column.propertyPath);
}
