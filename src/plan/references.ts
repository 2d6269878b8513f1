import type { DataSource } from "typeorm";

import { compileReferences, type Junction, type Reference } from "./compile-references";
import type { SoftDeleteEdge } from "./edge";
import { removalOrder, type RemovalGroup } from "./removal-order";
import { isSoftDeletable, type SoftDeleteTable, type Table } from "./table";
import { metadataKey } from "../typeorm/metadata";

export type { Junction, Reference };

/** Who refers to the rows of which table. */
export class References {
  static readonly #known = new WeakMap<object, References>();

  readonly #all: readonly Reference[];
  readonly #junctions: readonly Junction[];
  readonly #constrained: ReadonlySet<Reference>;
  readonly #cascading: ReadonlySet<Reference>;

  static of(dataSource: DataSource): References {
    const known = this.#known.get(metadataKey(dataSource));
    if (known) return known;
    const references = new References(dataSource);
    this.#known.set(metadataKey(dataSource), references);
    return references;
  }

  private constructor(dataSource: DataSource) {
    const { references, junctions, constrained, cascading } = compileReferences(dataSource);
    this.#all = references;
    this.#junctions = junctions;
    this.#constrained = constrained;
    this.#cascading = cascading;
  }

  /** The references to rows of a table. */
  to(table: Table): readonly Reference[] {
    return this.#all.filter((reference) => reference.parent === table);
  }

  /** Whether the database is to hold a constraint for a reference, on the parent's primary key, by what the entities say. */
  isConstrainedByKey(reference: Reference): boolean {
    const { on, parent } = reference;
    const isKey =
      on.length === parent.primary.length &&
      on.every((pair, index) => pair.parent === parent.primary[index]);
    return isKey && this.#constrained.has(reference);
  }

  /** The references to rows of a table over which the database itself is to remove the rows that refer. */
  cascadingTo(table: Table): readonly Reference[] {
    return this.to(table).filter((reference) => this.#cascading.has(reference));
  }

  /** The references of some tables to each other. */
  within(tables: readonly Table[]): readonly SoftDeleteEdge[] {
    return this.#all
      .filter(isBetweenSoftDeletable)
      .filter(({ parent, child }) => tables.includes(parent) && tables.includes(child));
  }

  /** The junction tables with rows that belong to rows of a table. */
  junctionsOf(table: Table): readonly Junction[] {
    return this.#junctions.filter((junction) => junction.parent === table);
  }

  /** In which order rows of some tables are removed for good. */
  removalOrder(
    tables: readonly SoftDeleteTable[],
    together: readonly SoftDeleteEdge[] = [],
  ): readonly RemovalGroup[] {
    const isConstrained = (one: Reference): boolean => this.#constrained.has(one);
    return removalOrder(tables, this.within(tables), { isConstrained, together });
  }
}

function isBetweenSoftDeletable(reference: Reference): reference is SoftDeleteEdge {
  return isSoftDeletable(reference.child);
}
