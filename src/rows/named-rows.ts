import type { EntityMetadata, QueryRunner } from "typeorm";

import type { SoftDeleteTable } from "../plan/table";
import type { Sql } from "../sql/sql";
import type { Objects } from "./loaded-objects";

/** A call as TypeORM's hooks are told of it. */
export interface Told {
  /** The entity that the caller has named. */
  readonly metadata: EntityMetadata;
  /** What `event.queryRunner.data` is to be, by TypeORM's `SaveOptions.data`. */
  readonly data?: QueryRunner["data"] | undefined;
}

/** Criteria of which a part could not be judged beforehand. */
export interface Asked {
  readonly method: string;
  /** Where in the criteria that part stands. */
  readonly unchecked: ReadonlySet<string>;
  /** The conditions that hold it, as statements have them. */
  readonly conditions: readonly Sql[];
}

/** Rows `c` of one table by which an operation starts. */
export interface NamedRows {
  readonly table: SoftDeleteTable;
  /** Conditions on `c`, each for one statement. */
  readonly conditions: readonly Sql[];
  /** By how many primary keys the rows are named; undefined where other conditions name them. */
  readonly keys?: number | undefined;
  /** The criteria that name the rows, where the database may refuse them. */
  readonly asked?: Asked | undefined;
  /** The objects that are to show what happened, where the caller has named the rows by objects. */
  readonly objects?: Objects;
  /** Of what listeners and subscribers are told, as of a call of TypeORM's own; undefined where nobody is to be. */
  readonly tells?: Told | undefined;
}
