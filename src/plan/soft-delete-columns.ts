import type { EntityMetadata } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import { databaseType } from "../typeorm/column-types";
import type { Declarer } from "../typeorm/declared-properties";
import type { Declarations } from "./declarations";
import { ownKinds } from "./kinds";
import { tableColumn, type PlainTable, type SoftDeleteColumns, type StampedRole } from "./table";
import type { Column } from "../typeorm/metadata";

/** The columns of one entity that a deletion stamps. */
export interface StampedColumns {
  readonly metadata: EntityMetadata;
  readonly columns: ReadonlyMap<StampedRole, Column>;
}

const PARTS: Readonly<Record<StampedRole, string>> = {
  deletedAt: "delete-date",
  deletionId: "deletion id",
  deletedBy: "deletedBy",
  deleteReason: "deleteReason",
  deletedFlag: "deleted flag",
};

/**
 * The columns of an entity that a deletion stamps, validated where the entity has a deletion id.
 *
 * @throws SoftDeleteConfigurationError for columns that a deletion cannot write.
 * @internal
 */
export function stampedColumns(
  declarations: Declarations,
  metadata: EntityMetadata,
): StampedColumns {
  const all = new Map<StampedRole, Column[]>();
  for (const column of declarations.columns(metadata)) {
    const role = roleOf(declarations, metadata, column);
    if (role) all.set(role, [...(all.get(role) ?? []), column]);
  }
  if (all.has("deletionId")) {
    for (const [role, columns] of all) validate(declarations, metadata, role, columns);
  }
  const first = [...all].flatMap(([role, [column]]) => (column ? [[role, column] as const] : []));
  return { metadata, columns: new Map(first) };
}

function roleOf(
  declarations: Declarations,
  metadata: EntityMetadata,
  column: Column,
): StampedRole | undefined {
  const { columns } = declarations.annotations(declarations.owner(metadata, column));
  // The column of a relation has the relation's property.
  const role = column.relationMetadata ? undefined : columns.get(column.propertyName);
  return role ?? (column.isDeleteDate ? "deletedAt" : undefined);
}

function validate(
  declarations: Declarations,
  metadata: EntityMetadata,
  role: StampedRole,
  columns: readonly Column[],
): void {
  if (columns.length > 1) {
    const paths = columns.map((column) => pathOf(metadata, column));
    throw SoftDeleteConfigurationError.severalColumns(metadata.name, PARTS[role], paths);
  }
  for (const column of columns) {
    const path = pathOf(metadata, column);
    const restated = declarations.restated(metadata, column);
    if (restated) {
      const [by, base] = [restated.by, restated.base].map(nameOf);
      throw SoftDeleteConfigurationError.restatedColumn(path, by ?? "", base ?? "");
    }
    const type = databaseType(declarations.dataSource, column);
    if (role === "deletedAt" && !/^(timestamp|datetime)/.test(type)) {
      throw SoftDeleteConfigurationError.notATimestamp(path, type);
    }
  }
}

function nameOf(declarer: Declarer): string {
  return typeof declarer === "function" ? declarer.name : declarer;
}

function pathOf({ name }: EntityMetadata, { propertyPath }: Column): string {
  return `${name}.${propertyPath}`;
}

/** Whether an entity has all that a deletion has to write. @internal */
export function isComplete({ columns }: StampedColumns): boolean {
  return columns.has("deletedAt") && columns.has("deletionId");
}

/**
 * The columns of a table that a soft delete writes, whichever of its entities have them.
 *
 * @throws SoftDeleteConfigurationError where the entities of the table contradict each other.
 * @internal
 */
export function softDeleteColumns(
  table: PlainTable,
  entities: readonly StampedColumns[],
): SoftDeleteColumns | null {
  const complete = entities.filter(isComplete);
  const kindsOfSome = (some: readonly StampedColumns[]): unknown[] =>
    table.kinds.filter((kind) =>
      some.some(({ metadata }) => ownKinds(table, metadata).includes(kind)),
    );
  const kinds = kindsOfSome(complete);
  const dated = kindsOfSome(entities.filter(({ columns }) => columns.has("deletedAt")));
  if (complete.length === 0) {
    refuseLone(entities);
    return null;
  }
  // A sibling whose rows this package leaves alone may have columns of its own.
  const own = entities.filter(({ metadata }) =>
    ownKinds(table, metadata).some((kind) => kinds.includes(kind)),
  );
  const stamped = new Map<StampedRole, Column>();
  for (const role of Object.keys(PARTS) as StampedRole[]) {
    const column = shared(table, role, own);
    if (column) stamped.set(role, column);
  }
  const [deletedAt, deletionId] = [stamped.get("deletedAt"), stamped.get("deletionId")];
  if (!deletedAt || !deletionId) return null;
  const find = (which: "versionColumn" | "updateDateColumn"): Column | undefined => {
    const [found] = table.metadatas.flatMap((metadata) => metadata[which] ?? []);
    return found && tableColumn(table, found);
  };
  return {
    deletedAt,
    deletionId,
    deletedFlag: stamped.get("deletedFlag"),
    stamped,
    version: find("versionColumn"),
    updateDate: find("updateDateColumn"),
    kinds,
    dateless: table.kinds.filter((kind) => !dated.includes(kind)),
  };
}

/** The one column in which all entities of a table have the same part. */
function shared(
  table: PlainTable,
  role: StampedRole,
  entities: readonly StampedColumns[],
): Column | undefined {
  const paths = new Map<string, string>();
  for (const { metadata, columns } of entities) {
    const column = columns.get(role);
    if (!column || paths.has(column.databaseName)) continue;
    paths.set(column.databaseName, pathOf(metadata, column));
  }
  if (paths.size > 1) {
    const all = [...paths.values()];
    throw SoftDeleteConfigurationError.contradictoryColumns(table.name, PARTS[role], all);
  }
  const [name] = paths.keys();
  return name === undefined ? undefined : table.columns.get(name);
}

function refuseLone(entities: readonly StampedColumns[]): void {
  for (const { metadata, columns } of entities) {
    const column = columns.get("deletionId");
    if (!column) continue;
    throw SoftDeleteConfigurationError.deletionIdWithoutDeleteDate(pathOf(metadata, column));
  }
}
