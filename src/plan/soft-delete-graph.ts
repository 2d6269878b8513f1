import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import type { Edge, SoftDeleteEdge } from "./edge";
import { Declarations } from "./declarations";
import { compileEdges } from "./edges";
import { foreignKeyOf, type ForeignKey } from "./foreign-keys";
import { groupTables, type Group } from "./groups";
import { softDeletableKinds } from "./kinds";
import { keepFromUpdates } from "../typeorm/kept-columns";
import { metadataKey, type Column, type Relation } from "../typeorm/metadata";
import { isSoftDeletable, ownColumn, type SoftDeleteTable, type Table } from "./table";
import { compileTables } from "./tables";
import { compileUniques, type DeclaredUnique } from "./uniques";

/** What soft-deleting rows of some tables takes along, parents before children. */
export interface CascadePlan {
  readonly groups: readonly Group[];
  /** The `RESTRICT` edges below the tables of the plan. */
  readonly restricts: readonly Edge[];
}

/** Every table and every binding relation of a data source, compiled once from its metadata, validated. */
export class SoftDeleteGraph {
  static readonly #graphs = new WeakMap<object, SoftDeleteGraph>();

  readonly tables: readonly Table[];
  readonly edges: readonly Edge[];
  readonly softDeletable: readonly SoftDeleteTable[];
  /** The keys among active rows. */
  readonly uniques: readonly DeclaredUnique[];
  readonly #byMetadata: ReadonlyMap<EntityMetadata, Table>;
  readonly #declarations: Declarations;
  readonly #bindings: readonly SoftDeleteEdge[];
  readonly #plans = new Map<string, CascadePlan>();
  readonly #groups = new Map<string, readonly Group[]>();

  /** @throws SoftDeleteConfigurationError when the entities contradict themselves. */
  static of(dataSource: DataSource): SoftDeleteGraph {
    const known = this.#graphs.get(metadataKey(dataSource));
    if (known) return known;
    const graph = new SoftDeleteGraph(dataSource);
    this.#graphs.set(metadataKey(dataSource), graph);
    return graph;
  }

  private constructor(private readonly dataSource: DataSource) {
    const declarations = new Declarations(dataSource);
    this.#declarations = declarations;
    declarations.validate();
    this.#byMetadata = compileTables(declarations);
    this.tables = [...new Set(this.#byMetadata.values())];
    this.uniques = compileUniques(declarations, this.tables);
    this.softDeletable = this.tables.filter(isSoftDeletable);
    this.edges = compileEdges(declarations, this.#byMetadata);
    this.#bindings = this.edges.filter((edge): edge is SoftDeleteEdge =>
      isSoftDeletable(edge.child),
    );
    this.#keepOwnColumns();
  }

  /** What a deletion stamps beside the delete date is written by this package alone, whatever class on the table has it. */
  #keepOwnColumns(): void {
    for (const { metadatas, softDelete } of this.softDeletable) {
      for (const metadata of metadatas.filter((one) => this.find(one))) {
        for (const [role, column] of softDelete.stamped) {
          const own = role === "deletedAt" ? undefined : ownColumn(metadata, column);
          if (own) keepFromUpdates(own);
        }
      }
    }
  }

  /** The table on which the rows of an entity stand; undefined for a view and for what is no entity of its own. */
  tableOf(metadata: EntityMetadata): Table | undefined {
    return this.#byMetadata.get(metadata);
  }

  /** The table of the same name as a junction table, where an entity is mapped to it. */
  tableAt({ tablePath }: EntityMetadata): Table | undefined {
    return this.tables.find(({ metadatas }) =>
      metadatas.some((one) => one.tablePath === tablePath),
    );
  }

  /** The relations that an entity has itself. */
  relationsOf(metadata: EntityMetadata): readonly Relation[] {
    return this.#declarations.relations(metadata);
  }

  /** The foreign key of an entity's relation; undefined where it leads to a view. */
  foreignKeyOf(
    metadata: EntityMetadata,
    relation: Relation,
  ): Pick<ForeignKey, "holder" | "referenced" | "pairs"> | undefined {
    return foreignKeyOf(this.#byMetadata, metadata, relation);
  }

  /** The table of an entity, or undefined when this package soft-deletes none of the entity's rows. */
  find(metadata: EntityMetadata): SoftDeleteTable | undefined {
    const table = this.#byMetadata.get(metadata);
    if (!table || !isSoftDeletable(table)) return undefined;
    return softDeletableKinds(table, metadata).length > 0 ? table : undefined;
  }

  /** @throws SoftDeleteConfigurationError when the entity cannot be soft-deleted by this package. */
  get(target: EntityTarget<ObjectLiteral>): SoftDeleteTable {
    const metadata = this.dataSource.getMetadata(target);
    const table = this.find(metadata);
    if (!table || !metadata.deleteDateColumn) {
      throw SoftDeleteConfigurationError.notSoftDeletable(metadata.name);
    }
    return table;
  }

  /** The deletion id column of an entity, as its own class has it. @throws SoftDeleteConfigurationError when it has none. */
  deletionId(metadata: EntityMetadata): Column {
    const column = ownColumn(metadata, this.get(metadata.target).softDelete.deletionId);
    if (!column) throw SoftDeleteConfigurationError.notSoftDeletable(metadata.name);
    return column;
  }

  /** What soft-deleting rows of the given tables takes along. */
  plan(roots: readonly SoftDeleteTable[]): CascadePlan {
    return cached(this.#plans, key(roots), () => {
      const cascades = this.#bindings.filter((edge) => edge.policy === "CASCADE");
      const reached = reach(roots, cascades);
      return {
        groups: groupTables(reached, cascades),
        restricts: this.edges.filter(
          (edge) => edge.policy === "RESTRICT" && reached.has(edge.parent),
        ),
      };
    });
  }

  /** The tables whose rows may hang below rows of the given tables over binding relations. */
  below(roots: readonly SoftDeleteTable[]): readonly Group[] {
    return cached(this.#groups, `below ${key(roots)}`, () =>
      groupTables(reach(roots, this.#bindings), this.#bindings),
    );
  }

  /** The tables by which rows of the given tables may hang over binding relations, parents first. */
  above(tables: readonly SoftDeleteTable[]): readonly Group[] {
    return cached(this.#groups, `above ${key(tables)}`, () => {
      const upwards = this.#bindings.map((edge) => ({
        ...edge,
        parent: edge.child,
        child: edge.parent,
      }));
      return groupTables(reach(tables, upwards), this.#bindings);
    });
  }

  /** The binding relations through which rows hang below rows of a table. */
  childEdges(table: Table): readonly SoftDeleteEdge[] {
    return this.#bindings.filter((edge) => edge.parent === table);
  }

  /** The binding relations through which rows of a table hang by a parent. */
  parentEdges(table: Table): readonly SoftDeleteEdge[] {
    return this.#bindings.filter((edge) => edge.child === table);
  }
}

function reach(
  roots: readonly SoftDeleteTable[],
  edges: readonly SoftDeleteEdge[],
): Set<SoftDeleteTable> {
  const reached = new Set(roots);
  for (const table of reached) {
    for (const edge of edges) if (edge.parent === table) reached.add(edge.child);
  }
  return reached;
}

function key(tables: readonly Table[]): string {
  return tables
    .map((table) => table.metadata.tablePath)
    .sort()
    .join(" ");
}

function cached<Value>(cache: Map<string, Value>, by: string, create: () => Value): Value {
  const known = cache.get(by);
  if (known !== undefined) return known;
  const value = create();
  cache.set(by, value);
  return value;
}
