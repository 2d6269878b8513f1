import type { DataSource, EntityMetadata } from "typeorm";

import {
  annotationsOf,
  mergedAnnotations,
  ownAnnotations,
  type Annotations,
} from "../entity/annotations";
import { isOwnSchemaColumn } from "../entity/entity-schema";
import { SoftDeleteConfigurationError } from "../errors";
import { DeclaredProperties, type Declarer } from "../typeorm/declared-properties";
import type { Column, Relation } from "../typeorm/metadata";

/** What the entities of a data source declare, each by itself or by its base classes. */
export class Declarations {
  readonly #properties: DeclaredProperties;
  readonly #annotations = new Map<Declarer, Annotations>();

  constructor(readonly dataSource: DataSource) {
    this.#properties = new DeclaredProperties(dataSource);
  }

  /** @throws SoftDeleteConfigurationError for a schema that has this package's columns and does not say so. */
  validate(): void {
    for (const { options } of this.#properties.schemas) {
      for (const [property, column] of Object.entries(options.columns)) {
        if (!column || !isOwnSchemaColumn(column)) continue;
        if (annotationsOf(options).columns.get(property) === "deletionId") continue;
        throw SoftDeleteConfigurationError.schemaWithoutAnnotation(options.name, property);
      }
    }
  }

  /** What is noted on an entity, an embedded class, or an `EntitySchema` of theirs; a subclass wins over its base. */
  annotations(target: Declarer): Annotations {
    const known = this.#annotations.get(target);
    if (known) return known;
    const all = mergedAnnotations(baseClasses(target).map((one) => this.#annotationsOf(one)));
    this.#annotations.set(target, all);
    return all;
  }

  #annotationsOf(target: Declarer): Annotations {
    const schema = this.#properties.schemaOf(target);
    const declared = schema ? [annotationsOf(schema.options)] : [];
    return mergedAnnotations([...ownAnnotations(target), ...declared]);
  }

  /** The class on which a property is declared, as far as this entity is concerned. */
  owner(metadata: EntityMetadata, { embeddedMetadata }: Column | Relation): Declarer {
    return embeddedMetadata ? embeddedMetadata.type : metadata.target;
  }

  /** The columns that an entity has itself; TypeORM counts those of its child entities as well. */
  columns(metadata: EntityMetadata): Column[] {
    return metadata.columns.filter((column) => this.#isOwn(metadata, column));
  }

  /** The relations that an entity has itself; TypeORM counts those of its child entities as well. */
  relations(metadata: EntityMetadata): Relation[] {
    return metadata.relations.filter((relation) => this.#isOwn(metadata, relation));
  }

  /** Who declares an entity's column otherwise than the base class by which TypeORM goes, if anyone does. */
  restated(metadata: EntityMetadata, column: Column): { by: Declarer; base: Declarer } | undefined {
    return this.#properties.restated(this.owner(metadata, column), column.propertyName);
  }

  #isOwn(metadata: EntityMetadata, { embeddedMetadata, propertyName }: Column | Relation): boolean {
    if (metadata.inheritancePattern !== "STI") return true;
    const property = embeddedMetadata?.parentPropertyNames[0] ?? propertyName;
    return this.#properties.has(metadata.target, property);
  }
}

/** A class and all its base classes, the class itself last. */
function baseClasses(target: Declarer): Declarer[] {
  const chain: Declarer[] = [];
  for (let at: unknown = target; at && at !== Function.prototype;) {
    chain.unshift(at as Declarer);
    at = typeof at === "function" ? Object.getPrototypeOf(at) : null;
  }
  return chain;
}
