import { SoftDeleteConfigurationError } from "./configuration";

// What TypeORM's schema builder is stopped for, before it changes a table.

/** A delete date in the table that no entity maps. @internal */
export function unmappedDeleteDate(
  entity: string,
  table: string,
  column: string,
): SoftDeleteConfigurationError {
  return new SoftDeleteConfigurationError(
    `${entity}: the table "${table}" has a column "${column}" that looks like a delete date, and no entity maps it. To bring the ` +
      `table in line would drop it, and every row that was deleted by it would be active again. Name it as the delete date: ` +
      `withSoftDelete(Base, { deletedAt: { name: "${column}" } }) in place of SoftDeletable, or ` +
      `@DeleteDateColumn({ name: "${column}" }). If it is something else, map it as a plain @Column(); if nothing needs ` +
      `it any more, drop it in a migration of your own first.`,
  );
}

/** A column that goes in the run that brings the delete date. @internal */
export function columnBeforeDeleteDate(
  entity: string,
  table: string,
  column: string,
  deletedAt: string,
): SoftDeleteConfigurationError {
  return new SoftDeleteConfigurationError(
    `${entity}: the table "${table}" is about to get its delete date "${deletedAt}" and to lose "${column}", which no entity maps. ` +
      `If "${column}" says which rows are deleted, they would all be active again: name a date as the delete date, by ` +
      `withSoftDelete(Base, { deletedAt: { name: "${column}" } }) in place of SoftDeletable or by ` +
      `@DeleteDateColumn({ name: "${column}" }), and take over a flag as docs/adoption.md tells. If it is something else, ` +
      `keep it mapped as a plain @Column() for now, or drop it in a migration of your own first.`,
  );
}

/** A flag that holds nulls. @internal */
export function nullFlag(
  path: string,
  table: string,
  column: string,
): SoftDeleteConfigurationError {
  return new SoftDeleteConfigurationError(
    `${path}: the column "${column}" of the table "${table}" holds nulls, and a flag is never null, so the database would ` +
      `refuse it. Say first what null has meant, in a migration of your own; where it means active: ` +
      `UPDATE ${table} SET ${column} = FALSE WHERE ${column} IS NULL.`,
  );
}

/** A column whose declared type is not the one that it has. @internal */
export function retypedColumn(column: {
  readonly path: string;
  readonly declared: string;
  readonly actual: string;
}): SoftDeleteConfigurationError {
  const { path, declared, actual } = column;
  return new SoftDeleteConfigurationError(
    `${path}: the column's type in the table is "${actual}", and it is declared as "${declared}". TypeORM changes a type by ` +
      `dropping the column and adding it anew, and every deleted row would be active again. Declare the type that the table ` +
      `has, for instance by withSoftDelete(Base, { deletedAt: { type: "${actual}" } }), or change it in a migration of ` +
      `your own first.`,
  );
}
