import type { DataSource, EntityMetadata } from "typeorm";

import type { Edge, JoinPair } from "./edge";
import { isHolding } from "./foreign-keys";
import { ownKinds, restriction } from "./kinds";
import { pathOf } from "./policies";
import { SoftDeleteGraph } from "./soft-delete-graph";
import { isSoftDeletable, tableColumn, type SoftDeleteTable, type Table } from "./table";
import type { Column } from "../typeorm/metadata";

/** A foreign key to a soft-deletable table, whatever its policy: the child's row refers to the parent's row. */
export type Reference = Edge;

/** One end of a many-to-many or of a closure table: its rows go with the row that they belong to. */
export interface Junction {
  readonly table: Table;
  readonly parent: SoftDeleteTable;
  readonly on: readonly JoinPair[];
}

/** What refers to rows of soft-deletable tables. */
export interface CompiledReferences {
  readonly references: readonly Reference[];
  readonly junctions: readonly Junction[];
  /** For which of the references the database is to hold a constraint. */
  readonly constrained: ReadonlySet<Reference>;
  /** Of these, those over which it is to remove the rows that refer itself. */
  readonly cascading: ReadonlySet<Reference>;
}

/** A key by which rows of an entity refer to others: of a relation, with a constraint or without, or a further foreign key. */
interface Link {
  readonly parent: Table;
  readonly on: readonly JoinPair[];
  readonly relation: string;
  /** Whether the database checks it, in rows of every kind. */
  readonly constraint: boolean;
  readonly onDelete?: string | undefined;
}

/** What a table's rows refer to by one key. */
interface Known extends Link {
  readonly child: Table;
  /** Of the kinds of rows that have it. */
  readonly kinds: Set<unknown>;
}

/** One reference for each key, whichever entities of a table declare it. @internal */
export function compileReferences(dataSource: DataSource): CompiledReferences {
  const graph = SoftDeleteGraph.of(dataSource);
  const all = new Map<string, Known>();
  const constrained = new Set<string>();
  const cascading = new Set<string>();
  const add = (child: Table, link: Link, kinds: readonly unknown[]): void => {
    const key = keyOf(child, link);
    const known = all.get(key) ?? { ...link, child, kinds: new Set() };
    all.set(key, known);
    for (const kind of kinds) known.kinds.add(kind);
    if (link.constraint) constrained.add(key);
    if (link.onDelete === "CASCADE") cascading.add(key);
  };
  for (const child of graph.tables) {
    for (const metadata of child.metadatas) {
      const kinds = ownKinds(child, metadata);
      for (const link of relationsOf(graph, metadata)) add(child, link, kinds);
    }
    // The database checks rows of every kind.
    for (const metadata of synchronized(child)) {
      for (const link of constraintsOf(graph, child, metadata)) add(child, link, child.kinds);
    }
  }
  const junctions: Junction[] = [];
  for (const metadata of dataSource.entityMetadatas.filter((one) => one.isJunction)) {
    const table = graph.tableAt(metadata);
    const own = table ?? junctionTable(metadata);
    const links = new Map<string, Link>();
    for (const link of [...constraintsOf(graph, own, metadata), ...endsOf(graph, own, metadata)]) {
      if (table) add(table, link, table.kinds);
      else links.set(keyOf(own, link), link);
    }
    for (const { parent, on } of links.values()) {
      if (isSoftDeletable(parent)) junctions.push({ table: own, parent, on });
    }
  }
  const references = new Map<string, Reference>();
  for (const [key, { child, parent, on, relation, kinds }] of all) {
    if (!isSoftDeletable(parent)) continue;
    const restricted = restriction(child, [...kinds], "child");
    const edge = { policy: "RESTRICT", holder: "child", kinds: restricted, down: [] } as const;
    references.set(key, { ...edge, parent, child, on, relation });
  }
  const named = (keys: Iterable<string>): Set<Reference> =>
    new Set([...keys].flatMap((key) => references.get(key) ?? []));
  return {
    references: [...references.values()],
    junctions,
    constrained: named(constrained),
    cascading: named(cascading),
  };
}

/** The entities by which the database gets its constraints; where it gets none by any, what they all say. */
function synchronized({ metadatas }: Table): readonly EntityMetadata[] {
  const some = metadatas.filter((metadata) => metadata.synchronize);
  return some.length > 0 ? some : metadatas;
}

function relationsOf(graph: SoftDeleteGraph, metadata: EntityMetadata): Link[] {
  return graph.relationsOf(metadata).flatMap((relation) => {
    const key = isHolding(relation) && graph.foreignKeyOf(metadata, relation);
    if (!key) return [];
    const on = key.pairs.map(({ holder, referenced }) => ({ child: holder, parent: referenced }));
    return [
      { parent: key.referenced, on, relation: pathOf(metadata, relation), constraint: false },
    ];
  });
}

function constraintsOf(graph: SoftDeleteGraph, child: Table, metadata: EntityMetadata): Link[] {
  return metadata.foreignKeys.flatMap((key) => {
    const parent = graph.tableOf(key.referencedEntityMetadata);
    const on = pairsOf(child, parent, key.columns, key.referencedColumns);
    if (!parent || on.length === 0) return [];
    return [{ parent, on, relation: metadata.tableName, constraint: true, onDelete: key.onDelete }];
  });
}

/** What the rows of a junction table belong to, with a constraint or without. */
function endsOf(graph: SoftDeleteGraph, child: Table, metadata: EntityMetadata): Link[] {
  return [metadata.ownerColumns, metadata.inverseColumns].flatMap((columns) => {
    const referenced = columns.flatMap((column) => column.referencedColumn ?? []);
    const [first] = referenced;
    const parent = first && graph.tableOf(first.entityMetadata);
    const on = pairsOf(child, parent, columns, referenced);
    if (!parent || on.length === 0) return [];
    return [{ parent, on, relation: metadata.tableName, constraint: false }];
  });
}

function pairsOf(
  child: Table,
  parent: Table | undefined,
  columns: readonly Column[],
  referenced: readonly Column[],
): JoinPair[] {
  return columns.flatMap((column, index) => {
    const other = referenced[index];
    if (!parent || !other) return [];
    return [{ child: tableColumn(child, column), parent: tableColumn(parent, other) }];
  });
}

function junctionTable(metadata: EntityMetadata): Table {
  return {
    metadata,
    metadatas: [metadata],
    name: metadata.tableName,
    primary: metadata.primaryColumns,
    columns: new Map(metadata.columns.map((column) => [column.databaseName, column])),
    discriminator: undefined,
    kinds: [undefined],
    softDelete: null,
  };
}

function keyOf(child: Table, { parent, on }: Link): string {
  return JSON.stringify([
    child.metadata.tablePath,
    parent.metadata.tablePath,
    on.map((pair) => [pair.child.databaseName, pair.parent.databaseName]),
  ]);
}
