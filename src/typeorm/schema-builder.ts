import type { DataSource, EntityMetadata, QueryRunner, Table } from "typeorm";

import { tableIdentity } from "./table-identity";

/** What a subscriber is told of a statement. */
interface StatementEvent {
  readonly dataSource: DataSource;
  readonly parameters?: unknown;
}

/**
 * Whether a statement is the one by which TypeORM's schema builder, of `synchronize()` and of `migration:generate`, asks for its own
 * table: it has loaded all tables then, and changed none.
 *
 * Leans on that statement having the name of the table as its last parameter, and on the migrations that an application writes
 * asking for it with views alone.
 *
 * @internal
 */
export function isOfSchemaBuilder({ dataSource, parameters }: StatementEvent): boolean {
  return Array.isArray(parameters) && parameters.at(-1) === dataSource.metadataTableName;
}

/**
 * The tables that a query runner has loaded.
 *
 * Leans on `loadedTables`, which every query runner has, and the interface does not.
 *
 * @internal
 */
export function loadedTables(runner: QueryRunner): readonly Table[] {
  return (runner as { loadedTables?: Table[] }).loadedTables ?? [];
}

/**
 * Of tables as TypeORM has loaded them the one of an entity.
 *
 * Leans on `Driver.parseTableName()` taking such a table as it takes an entity.
 *
 * @internal
 */
export function loadedTableOf(
  metadata: EntityMetadata,
  loaded: readonly Table[],
): Table | undefined {
  const { dataSource } = metadata;
  const identity = tableIdentity(dataSource, metadata);
  return loaded.find((table) => tableIdentity(dataSource, table) === identity);
}

/**
 * Whether a column whose type changes keeps what it holds: else it is dropped, and added anew.
 *
 * Leans on `changeColumn()` of the query runners, which copies whole tables on SQLite alone.
 *
 * @internal
 */
export function keepsRetypedColumns({ options: { type } }: DataSource): boolean {
  return type === "better-sqlite3" || type === "sqljs";
}
