import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import type { Edge, SoftDeleteEdge } from "./edge";
import { compileEdges } from "./edges";
import { groupTables, type Group } from "./groups";
import { metadataKey } from "../typeorm/metadata";
import { isSoftDeletable, type SoftDeleteTable, type Table } from "./table";
import { compileTables } from "./tables";
import { validateUniques } from "./uniques";

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
  readonly #byPath: ReadonlyMap<string, Table>;
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
    this.#byPath = compileTables(dataSource);
    this.tables = [...this.#byPath.values()];
    validateUniques(dataSource, this.tables);
    this.softDeletable = this.tables.filter(isSoftDeletable);
    this.edges = compileEdges(dataSource, this.#byPath);
    this.#bindings = this.edges.filter((edge): edge is SoftDeleteEdge =>
      isSoftDeletable(edge.child),
    );
  }

  /** The table of an entity, or undefined when this package cannot soft-delete it. */
  find(metadata: EntityMetadata): SoftDeleteTable | undefined {
    const table = this.#byPath.get(metadata.tablePath);
    return table && isSoftDeletable(table) ? table : undefined;
  }

  /** @throws SoftDeleteConfigurationError when the entity cannot be soft-deleted by this package. */
  get(target: EntityTarget<ObjectLiteral>): SoftDeleteTable {
    const metadata = this.dataSource.getMetadata(target);
    const table = this.find(metadata);
    if (!table) throw SoftDeleteConfigurationError.notSoftDeletable(metadata.name);
    return table;
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
