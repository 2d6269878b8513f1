import type { UniqueActiveKey } from "../entity/annotations";
import { ACTIVE_KEY } from "../entity/active-key";
import { SoftDeleteConfigurationError } from "../errors";
import { uniqueOnOtherColumn } from "../errors/unique-keys";
import { nameInText } from "../typeorm/final-names";
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
 * @throws SoftDeleteConfigurationError for a key without a delete date, or with another one than the entity's.
 * @internal
 */
export function compileUniques(
  declarations: Declarations,
  tables: Iterable<Table>,
): DeclaredUnique[] {
  const keys: DeclaredUnique[] = [];
  for (const metadata of [...tables].flatMap((table) => table.metadatas)) {
    const [deletedAt] = declarations.columns(metadata).filter((column) => column.isDeleteDate);
    const activeKey = metadata.columns.find(({ propertyName }) => propertyName === ACTIVE_KEY);
    for (const unique of declarations.annotations(metadata.target).uniques) {
      const path = `${metadata.name}.${unique.properties.join(", ")}`;
      if (!deletedAt) throw SoftDeleteConfigurationError.notSoftDeletable(metadata.name);
      // Siblings of single-table inheritance share one generated column.
      if (unique.generated && !activeKey?.asExpression?.includes(nameInText(deletedAt))) {
        throw uniqueOnOtherColumn(path, deletedAt.propertyPath);
      }
      keys.push({ ...unique, path });
    }
  }
  return keys;
}
