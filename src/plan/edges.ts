import type { EntityMetadata } from "typeorm";

import type { SoftDeletePolicy } from "../entity/annotations";
import { SoftDeleteConfigurationError } from "../errors";
import type { Declarations } from "./declarations";
import type { Edge } from "./edge";
import { findForeignKeys, type ForeignKey, type Link } from "./foreign-keys";
import { kindName, kindsOf, ownKinds, restriction, softDeletableKinds } from "./kinds";
import { pathOf, policyOf, validatePolicies } from "./policies";
import { isSoftDeletable, type Table } from "./table";

/** What holds of a foreign key in rows of one kind. */
interface Decision {
  readonly policy: Edge["policy"];
  readonly holder: Edge["holder"];
  /** The relation that says so. */
  readonly link: Link;
  /** The kinds of the rows referred to of which it holds. */
  readonly referencedKinds: readonly unknown[];
}

/** Every binding relation of a data source. @internal */
export function compileEdges(
  declarations: Declarations,
  tables: ReadonlyMap<EntityMetadata, Table>,
): Edge[] {
  for (const metadata of tables.keys()) validatePolicies(declarations, metadata);
  return findForeignKeys(declarations, tables).flatMap((key) => edgesOf(declarations, key));
}

/** The kinds of which the same holds make an edge together. */
function edgesOf(declarations: Declarations, key: ForeignKey): Edge[] {
  const groups = new Map<string, { decision: Decision; kinds: unknown[] }>();
  for (const kind of key.holder.kinds) {
    const links = key.links.filter(({ metadata }) => ownKinds(key.holder, metadata).includes(kind));
    for (const decision of links.length > 0 ? decide(declarations, key, kind, links) : []) {
      const name = JSON.stringify([decision.policy, decision.holder, decision.referencedKinds]);
      const group = groups.get(name) ?? { decision, kinds: [] };
      groups.set(name, group);
      group.kinds.push(kind);
    }
  }
  return [...groups.values()].flatMap(({ decision, kinds }) => toEdge(key, decision, kinds));
}

function decide(
  declarations: Declarations,
  key: ForeignKey,
  kind: unknown,
  links: readonly Link[],
): Decision[] {
  const stated = statedPolicy(declarations, links);
  const all = key.referenced.kinds;
  if (stated?.policy === "KEEP") return [];
  if (stated) {
    const { policy, link } = stated;
    if (softDeletableKinds(key.referenced, link.target).length === 0) {
      const path = pathOf(link.metadata, link.relation);
      throw SoftDeleteConfigurationError.parentNotSoftDeletable(path, link.target.name);
    }
    return [checked(key, kind, { policy, holder: "child", link, referencedKinds: all })];
  }
  // TypeORM's own cascade, the declaring side being the parent. On a many-to-one it would delete a parent with its
  // child, and is never followed.
  const decisions: Decision[] = [];
  const [link] = links;
  const cascading = key.inverses.filter(
    ({ relation, kinds }) => relation.isCascadeSoftRemove && kinds.includes(kind),
  );
  const parents = key.referenced.softDelete
    ? cascading.flatMap(({ metadata }) => ownKinds(key.referenced, metadata))
    : [];
  const targets = links.flatMap(({ target }) => softDeletableKinds(key.referenced, target));
  if (link && parents.some((one) => targets.includes(one))) {
    const isWhole = targets.every((one) => parents.includes(one));
    const referencedKinds = isWhole ? all : all.filter((one) => parents.includes(one));
    decisions.push({ policy: "CASCADE", holder: "child", link, referencedKinds });
  }
  const owner = links.find(
    ({ relation }) => relation.isOneToOneOwner && relation.isCascadeSoftRemove,
  );
  if (owner && key.holder.softDelete?.kinds.includes(kind)) {
    decisions.push({ policy: "CASCADE", holder: "parent", link: owner, referencedKinds: all });
  }
  return decisions.map((decision) => checked(key, kind, decision));
}

/** What the entities of a table say of rows of the same kind. */
function statedPolicy(
  declarations: Declarations,
  links: readonly Link[],
): { readonly policy: SoftDeletePolicy; readonly link: Link } | undefined {
  const stated = links.flatMap((link) => {
    const policy = policyOf(declarations, link.metadata, link.relation);
    return policy === undefined ? [] : [{ policy, link }];
  });
  const [first] = stated;
  const other = stated.find(({ policy }) => policy !== first?.policy);
  if (first && other) {
    const [one, another] = [first, other].map(({ policy, link }) => ({
      path: pathOf(link.metadata, link.relation),
      policy,
    }));
    if (one && another) throw SoftDeleteConfigurationError.contradictoryPolicies(one, another);
  }
  return first;
}

/** @throws SoftDeleteConfigurationError for a cascade that would reach rows which cannot be soft-deleted. */
function checked(key: ForeignKey, kind: unknown, decision: Decision): Decision {
  const { policy, holder, link } = decision;
  if (policy === "RESTRICT") return decision;
  const [table, reached] =
    holder === "child"
      ? [key.holder, [kind]]
      : [key.referenced, kindsOf(key.referenced, link.target)];
  const missing = reached.filter((one) => table.softDelete?.kinds.includes(one) !== true);
  if (missing.length === 0) return decision;
  const entity = table.discriminator
    ? kindName(table, missing[0])
    : (holder === "child" ? link.metadata : link.target).name;
  const path = pathOf(link.metadata, link.relation);
  throw SoftDeleteConfigurationError.cascadeWithoutDeletionId(path, entity);
}

function toEdge(key: ForeignKey, decision: Decision, kinds: readonly unknown[]): Edge[] {
  const { policy, holder, link, referencedKinds } = decision;
  const [parent, child] =
    holder === "child" ? [key.referenced, key.holder] : [key.holder, key.referenced];
  if (!isSoftDeletable(parent)) return [];
  const other = holder === "child" ? "parent" : "child";
  const down =
    holder === "child"
      ? key.inverses.filter((inverse) => inverse.kinds.some((kind) => kinds.includes(kind)))
      : key.links.filter(({ metadata }) =>
          ownKinds(key.holder, metadata).some((kind) => kinds.includes(kind)),
        );
  return [
    {
      policy,
      parent,
      child,
      on: key.pairs.map((pair) =>
        holder === "child"
          ? { parent: pair.referenced, child: pair.holder }
          : { parent: pair.holder, child: pair.referenced },
      ),
      holder,
      kinds: [
        ...restriction(key.holder, kinds, holder),
        ...restriction(key.referenced, referencedKinds, other),
      ],
      relation: relationName(key, link, kinds),
      down: down.map(({ metadata, relation }) => ({ metadata, relation })),
    },
  ];
}

/** The relation by the name of the entity whose rows are those of the given kinds. */
function relationName(key: ForeignKey, link: Link, kinds: readonly unknown[]): string {
  const fitting = key.links.find(({ metadata }) => {
    const own = kindsOf(key.holder, metadata);
    return own.length === kinds.length && own.every((kind) => kinds.includes(kind));
  });
  const { metadata, relation } = fitting ?? link;
  return pathOf(metadata, relation);
}
