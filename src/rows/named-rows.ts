import type { SoftDeleteTable } from "../plan/table";
import type { Sql } from "../sql/sql";
import type { Objects } from "./objects";

/** Rows `c` of one table by which an operation starts. */
export interface NamedRows {
  readonly table: SoftDeleteTable;
  /** Conditions on `c`, each for one statement. */
  readonly conditions: readonly Sql[];
  /** By how many primary keys the rows are named; undefined where other conditions name them. */
  readonly keys?: number | undefined;
  /** The objects that are to show what happened, where the caller has named the rows by objects. */
  readonly objects?: Objects;
}
