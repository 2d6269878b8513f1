import { SoftDeleteOptionError, type PrimaryKey } from "../errors";
import { fitting } from "../rows/stamps";
import type { Column } from "../typeorm/metadata";

/** How many root ids an entry holds at most. @internal */
export const LOGGED_ROOTS = 100;

// What a column of the type `text` holds on MySQL and MariaDB, less some.
const BYTES = 65_000;

/** The root ids that fit into one column, in their order. @internal */
export function boundedRoots(ids: readonly PrimaryKey[]): PrimaryKey[] {
  const held: PrimaryKey[] = [];
  let bytes = 2;
  for (const id of ids.slice(0, LOGGED_ROOTS)) {
    bytes += Buffer.byteLength(JSON.stringify(id)) + 1;
    if (bytes > BYTES) break;
    held.push(id);
  }
  return held;
}

/** @throws SoftDeleteOptionError for a text that the log's column cannot hold, on every database the same. @internal */
export function boundedText(column: Column | undefined, text: string | null): void {
  if (!column || text === null) return;
  fitting(column, text);
  const bytes = Buffer.byteLength(text);
  if (bytes > BYTES) {
    const path = `${column.entityMetadata.name}.${column.propertyPath}`;
    throw SoftDeleteOptionError.textTooLong(
      path,
      `${String(bytes)} bytes`,
      `${String(BYTES)} bytes`,
    );
  }
}
