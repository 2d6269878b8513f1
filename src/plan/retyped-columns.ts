import type { Table as LoadedTable } from "typeorm";

import { databaseType } from "../typeorm/column-types";
import { loadedTableOf } from "../typeorm/schema-builder";
import type { SoftDeleteTable, StampedRole } from "./table";

/** A column that is declared with another type than it has in the database. */
export interface RetypedColumn {
  readonly path: string;
  readonly declared: string;
  readonly actual: string;
}

// Which rows are deleted, and together with which; notes are told by the log as well.
const ROLES: readonly StampedRole[] = ["deletedAt", "deletionId", "deletedFlag"];

/** The columns that say which rows are deleted, as far as TypeORM's schema builder would give them another type. @internal */
export function retypedColumns(
  { metadata, name, softDelete }: SoftDeleteTable,
  loaded: readonly LoadedTable[],
): RetypedColumn[] {
  const columns = loadedTableOf(metadata, loaded)?.columns ?? [];
  return ROLES.flatMap((role) => {
    const column = softDelete.stamped.get(role);
    const actual = columns.find((one) => one.name === column?.databaseName)?.type;
    if (!column || actual === undefined) return [];
    const declared = databaseType(metadata.dataSource, column);
    if (declared === actual) return [];
    return [{ path: `${name}.${column.propertyPath}`, declared, actual }];
  });
}
