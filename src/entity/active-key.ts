import type { ColumnOptions } from "typeorm";

import {
  columnBeside,
  deleteDateBeside,
  nameInText,
  onceNamed,
  type Index,
} from "../typeorm/final-names";

/** The property of the generated column: 1 in an active row, null in a deleted one. @internal */
export const ACTIVE_KEY = "activeKey";

/** The generated column, which the indexes of {@link keyColumns} give its expression. @internal */
export const ACTIVE_KEY_COLUMN = {
  type: "int",
  nullable: true,
  select: false,
  insert: false,
  update: false,
  generatedType: "STORED",
  // Until the delete date has got its name: no database takes it as it stands.
  asExpression: "the delete date",
} as const satisfies ColumnOptions;

/** The columns of a unique index of active rows, for its declaration. @internal */
export function keyColumns(
  properties: readonly string[],
  generated: boolean,
): (this: unknown) => string[] {
  return generated
    ? onceNamed([...properties, ACTIVE_KEY], generateActiveKey)
    : onceNamed(properties, leaveOutDeletedRows);
}

function generateActiveKey(index: Index): void {
  const [column, deletedAt] = [columnBeside(index, ACTIVE_KEY), deleteDateBeside(index)];
  if (column && deletedAt)
    column.asExpression = `CASE WHEN ${nameInText(deletedAt)} IS NULL THEN 1 END`;
}

function leaveOutDeletedRows(index: Index): void {
  const deletedAt = deleteDateBeside(index);
  if (deletedAt) index.where = `${nameInText(deletedAt)} IS NULL`;
}
