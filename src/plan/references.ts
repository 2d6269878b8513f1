import type { DataSource, EntityMetadata } from "typeorm";

import type { Edge, JoinPair, SoftDeleteEdge } from "./edge";
import { removalOrder, type RemovalGroup } from "./removal-order";
import { SoftDeleteGraph } from "./soft-delete-graph";
import { isSoftDeletable, type SoftDeleteTable, type Table } from "./table";
import { metadataKey, type Column } from "../typeorm/metadata";

/** A foreign key to a soft-deletable table, whatever its policy: the child's row refers to the parent's row. */
export type Reference = Edge;

/** One end of a many-to-many or of a closure table: its rows go with the row that they belong to. */
export interface Junction {
  readonly table: Table;
  readonly parent: SoftDeleteTable;
  readonly on: readonly JoinPair[];
}

/** Who refers to the rows of which table. */
export class References {
  static readonly #known = new WeakMap<object, References>();

  readonly #all: readonly Reference[];
  readonly #junctions: readonly Junction[];
  readonly #constrained = new Set<Reference>();
  readonly #cascading = new Set<Reference>();

  static of(dataSource: DataSource): References {
    const known = this.#known.get(metadataKey(dataSource));
    if (known) return known;
    const references = new References(dataSource);
    this.#known.set(metadataKey(dataSource), references);
    return references;
  }

  private constructor(dataSource: DataSource) {
    const graph = SoftDeleteGraph.of(dataSource);
    const tables = new Map(graph.tables.map((table) => [table.metadata.tablePath, table]));
    const references = new Map<string, Reference>();
    const junctions = new Map<string, Junction>();
    for (const metadata of dataSource.entityMetadatas) {
      if (metadata.tableType === "view") continue;
      const entity = tables.get(metadata.tablePath);
      for (const { parent: target, on, relation, constraint, onDelete } of linksOf(metadata)) {
        const parent = tables.get(target.tablePath);
        if (!parent || !isSoftDeletable(parent) || on.length === 0) continue;
        const key = [metadata, target]
          .map((one, end) => [
            one.tablePath,
            ...on.map((pair) => (end === 0 ? pair.child : pair.parent).databaseName),
          ])
          .join(" ");
        if (entity) {
          const edge = { policy: "RESTRICT", parent, child: entity, on } as const;
          const reference = references.get(key) ?? { ...edge, relation, down: undefined };
          references.set(key, reference);
          if (constraint) this.#constrained.add(reference);
          if (onDelete === "CASCADE") this.#cascading.add(reference);
        } else {
          const { tableName: name, primaryColumns: primary } = metadata;
          const table: Table = { metadata, name, primary, softDelete: null };
          junctions.set(key, { table, parent, on });
        }
      }
    }
    this.#all = [...references.values()];
    this.#junctions = [...junctions.values()];
  }

  /** The references to rows of a table. */
  to(table: Table): readonly Reference[] {
    return this.#all.filter((reference) => reference.parent === table);
  }

  /** Whether the database is to hold a constraint for a reference, on the parent's primary key, by what the entities say. */
  isConstrainedByKey(reference: Reference): boolean {
    const { on, parent } = reference;
    const isKey =
      on.length === parent.primary.length &&
      on.every((pair, index) => pair.parent === parent.primary[index]);
    return isKey && this.#constrained.has(reference);
  }

  /** The references to rows of a table over which the database itself is to remove the rows that refer. */
  cascadingTo(table: Table): readonly Reference[] {
    return this.to(table).filter((reference) => this.#cascading.has(reference));
  }

  /** The references of some tables to each other. */
  within(tables: readonly Table[]): readonly SoftDeleteEdge[] {
    return this.#all
      .filter(isBetweenSoftDeletable)
      .filter(({ parent, child }) => tables.includes(parent) && tables.includes(child));
  }

  /** The junction tables with rows that belong to rows of a table. */
  junctionsOf(table: Table): readonly Junction[] {
    return this.#junctions.filter((junction) => junction.parent === table);
  }

  /** In which order rows of some tables are removed for good. */
  removalOrder(
    tables: readonly SoftDeleteTable[],
    together: readonly SoftDeleteEdge[] = [],
  ): readonly RemovalGroup[] {
    const isConstrained = (one: Reference): boolean => this.#constrained.has(one);
    return removalOrder(tables, this.within(tables), { isConstrained, together });
  }
}

function isBetweenSoftDeletable(reference: Reference): reference is SoftDeleteEdge {
  return isSoftDeletable(reference.child);
}

interface Link {
  readonly parent: EntityMetadata;
  readonly on: readonly JoinPair[];
  readonly relation: string;
  readonly constraint?: boolean;
  readonly onDelete?: string | undefined;
}

/** What rows of an entity refer to: by its relations, with a constraint or without, and by further foreign keys. */
function linksOf(metadata: EntityMetadata): Link[] {
  const links: Link[] = metadata.relations
    .filter((relation) => relation.isManyToOne || relation.isOneToOneOwner)
    .map((relation) => ({
      parent: relation.inverseEntityMetadata,
      on: pairsOf(relation.joinColumns),
      relation: `${metadata.name}.${relation.propertyPath}`,
    }));
  for (const key of metadata.foreignKeys) {
    links.push({
      parent: key.referencedEntityMetadata,
      on: key.columns.flatMap((child, index) => {
        const parent = key.referencedColumns[index];
        return parent ? [{ child, parent }] : [];
      }),
      relation: metadata.tableName,
      constraint: true,
      onDelete: key.onDelete,
    });
  }
  if (metadata.tableType === "junction") {
    for (const columns of [metadata.ownerColumns, metadata.inverseColumns]) {
      const parent = columns[0]?.referencedColumn?.entityMetadata;
      if (parent) links.push({ parent, on: pairsOf(columns), relation: metadata.tableName });
    }
  }
  return links;
}

function pairsOf(columns: readonly Column[]): JoinPair[] {
  return columns.flatMap((child) =>
    child.referencedColumn ? [{ child, parent: child.referencedColumn }] : [],
  );
}
