import "reflect-metadata";

import type { EntitySchema } from "typeorm";

/** What soft-deleting the parent does to the child. */
export type SoftDeletePolicy = "CASCADE" | "RESTRICT" | "KEEP";

/** The columns that this package adds to an entity, by the part they play. */
export type SoftDeleteColumnRole = "deletionId" | "deletedBy" | "deleteReason" | "deletedFlag";

/** A key that is unique among active rows, as it was declared. */
export interface UniqueActiveKey {
  readonly properties: readonly string[];
  /** Whether it leans on the generated column. */
  readonly generated: boolean;
}

/** What the decorators noted on one class: kept on the class itself, so that nothing is global. */
export interface Annotations {
  readonly policies: Map<string, SoftDeletePolicy>;
  readonly columns: Map<string, SoftDeleteColumnRole>;
  readonly uniques: UniqueActiveKey[];
}

/** @internal */
export function noAnnotations(): Annotations {
  return { policies: new Map(), columns: new Map(), uniques: [] };
}

const KEY = "typeorm-soft-delete:annotations";

/** @internal */
export function annotationsOf(target: object): Annotations {
  const own = Reflect.getOwnMetadata(KEY, target) as Annotations | undefined;
  if (own) return own;
  const created = noAnnotations();
  Reflect.defineMetadata(KEY, created, target);
  return created;
}

/** What is noted on a class itself, if anything. @internal */
export function ownAnnotations(target: object | string): Annotations[] {
  if (typeof target === "string") return [];
  const own = Reflect.getOwnMetadata(KEY, target) as Annotations | undefined;
  return own ? [own] : [];
}

/** Several annotations together; a later one wins. @internal */
export function mergedAnnotations(some: readonly Annotations[]): Annotations {
  const all = noAnnotations();
  for (const { policies, columns, uniques } of some) {
    policies.forEach((policy, property) => all.policies.set(property, policy));
    columns.forEach((role, property) => all.columns.set(property, role));
    all.uniques.push(...uniques);
  }
  return all;
}

/** The annotations of a class, its base classes included. A subclass wins over its base. @internal */
export function inheritedAnnotations(target: object): Annotations {
  const chain: object[] = [];
  for (let at: object | null = target; at && at !== Function.prototype;) {
    chain.unshift(at);
    at = Object.getPrototypeOf(at) as object | null;
  }
  return mergedAnnotations(chain.flatMap(ownAnnotations));
}

/** The annotations of an {@link EntitySchema}. @internal */
export function schemaAnnotations(schema: EntitySchema): Annotations {
  return annotationsOf(schema.options);
}
