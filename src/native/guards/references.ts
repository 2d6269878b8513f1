import type { EntityMetadata, InsertEvent, ObjectLiteral, UpdateEvent } from "typeorm";

import type { Edge } from "../../plan/edge";
import { kindsOf, ownKinds } from "../../plan/kinds";
import { SoftDeleteGraph } from "../../plan/soft-delete-graph";
import { ownColumn } from "../../plan/table";
import { insertedObject, isSaved, storedRow } from "../../typeorm/hook-events";

/** What a row that is about to be written says of its parents over binding relations. */
export interface WrittenRow {
  readonly metadata: EntityMetadata;
  readonly references: readonly Reference[];
  /** The relations of which the object says nothing, since TypeORM takes them from the parent's object. */
  readonly unsaid: readonly Edge[];
}

/** A reference to a parent row. */
export interface Reference {
  readonly edge: Edge;
  /** The values of the parent's columns, in the order of the edge. */
  readonly key: readonly unknown[];
}

/** Of an INSERT; undefined where it refers to nothing. */
export function insertedRow(event: InsertEvent<ObjectLiteral>): WrittenRow | undefined {
  const { dataSource, metadata } = event;
  const edges = edgesOf(SoftDeleteGraph.of(dataSource), metadata, ownKinds);
  const inserted = insertedObject(event);
  if (edges.length === 0 || !inserted || isDeleted(dataSource, metadata, inserted))
    return undefined;
  // Only a save() tells the key, and only a save() takes a reference from the parent's object.
  const saved = isSaved(event);
  const unsaid = edges.filter(
    (edge) =>
      saved && edge.down.length > 0 && valuesOf(edge, metadata, inserted).includes(undefined),
  );
  return { metadata, references: referencesOf(edges, metadata, inserted), unsaid };
}

/** Of an UPDATE; undefined where it changes no reference. */
export function updatedRow(event: UpdateEvent<ObjectLiteral>): WrittenRow | undefined {
  const { dataSource, metadata, entity, updatedColumns, updatedRelations } = event;
  const stored = storedRow(event);
  // By criteria rows of child entities are updated as well.
  const kinds = stored ? ownKinds : kindsOf;
  const edges = edgesOf(SoftDeleteGraph.of(dataSource), metadata, kinds);
  if (edges.length === 0 || !entity) return undefined;
  if (isDeleted(dataSource, metadata, entity, stored)) return undefined;
  if (!stored) return { metadata, references: referencesOf(edges, metadata, entity), unsaid: [] };
  const references = referencesOf(edges, metadata, entity, stored);
  const unsaid = edges.filter(
    (edge) => edge.down.length > 0 && valuesOf(edge, metadata, entity).includes(undefined),
  );
  return {
    metadata,
    references: references.filter(({ edge, key }) => {
      const before = valuesOf(edge, metadata, stored);
      return key.some((value, index) => String(value) !== String(before[index]));
    }),
    // Nothing of its own has changed: what is written comes from a parent's object.
    unsaid: updatedColumns.length === 0 && updatedRelations.length === 0 ? unsaid : [],
  };
}

/** The binding relations by which rows of an entity, holding the foreign key, hang by a parent. */
function edgesOf(
  graph: SoftDeleteGraph,
  metadata: EntityMetadata,
  kindsFor: typeof ownKinds,
): readonly Edge[] {
  const table = graph.tableOf(metadata);
  const own = table ? kindsFor(table, metadata) : [];
  return graph.edges.filter(
    ({ child, holder, kinds }) =>
      child === table &&
      holder === "child" &&
      kinds.every(({ end, values }) => end === "parent" || own.some((one) => values.includes(one))),
  );
}

function isDeleted(
  dataSource: InsertEvent<ObjectLiteral>["dataSource"],
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  stored: ObjectLiteral = {},
): boolean {
  const table = SoftDeleteGraph.of(dataSource).find(metadata);
  const column = table && ownColumn(metadata, table.softDelete.deletedAt);
  const value: unknown = column?.getEntityValue(entity);
  const effective: unknown = value === undefined ? column?.getEntityValue(stored) : value;
  return effective !== undefined && effective !== null;
}

function referencesOf(
  edges: readonly Edge[],
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  stored?: ObjectLiteral,
): Reference[] {
  const references: Reference[] = [];
  for (const edge of edges) {
    const key = valuesOf(edge, metadata, entity, stored);
    // An SQL expression cannot be seen through.
    const known = key.every(
      (value) => value !== undefined && value !== null && typeof value !== "function",
    );
    if (known) references.push({ edge, key });
  }
  return references;
}

function valuesOf(
  edge: Edge,
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  stored: ObjectLiteral = {},
): unknown[] {
  return edge.on.map(({ child }) => {
    const column = ownColumn(metadata, child);
    const value: unknown = column?.getEntityValue(entity);
    return value === undefined ? (column?.getEntityValue(stored) as unknown) : value;
  });
}
