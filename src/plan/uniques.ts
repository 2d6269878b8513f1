import type { UniqueActiveKey } from "../entity/annotations";
import { SoftDeleteConfigurationError } from "../errors";
import type { Declarations } from "./declarations";
import type { Table } from "./table";

/** A key among active rows, and where it was declared. */
export interface DeclaredUnique extends UniqueActiveKey {
  /** The entity and the properties. */
  readonly path: string;
}

/**
 * The keys among active rows, validated as far as the entities go. Whether the database can keep them says its dialect.
 *
 * @throws SoftDeleteConfigurationError for a key over another delete date than the entity's.
 * @internal
 */
export function compileUniques(
  declarations: Declarations,
  tables: Iterable<Table>,
): DeclaredUnique[] {
  const keys: DeclaredUnique[] = [];
  for (const metadata of [...tables].flatMap((table) => table.metadatas)) {
    const [deletedAt] = declarations.columns(metadata).filter((column) => column.isDeleteDate);
    for (const unique of declarations.annotations(metadata.target).uniques) {
      const path = `${metadata.name}.${unique.properties.join(", ")}`;
      if (!deletedAt) throw SoftDeleteConfigurationError.notSoftDeletable(metadata.name);
      const actual = deletedAt.databaseName;
      if (actual !== unique.deletedAt) {
        throw SoftDeleteConfigurationError.uniqueOnOtherColumn(path, unique.deletedAt, actual);
      }
      keys.push({ ...unique, path });
    }
  }
  return keys;
}
