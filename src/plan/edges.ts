import type { DataSource, EntityMetadata } from "typeorm";

import { isPolicy } from "../entity/on-soft-delete";
import type { SoftDeletePolicy } from "../entity/annotations";
import { SoftDeleteConfigurationError } from "../errors";
import type { Edge, JoinPair } from "./edge";
import { isSoftDeletable, type Table } from "./table";
import { entityAnnotations } from "./tables";
import type { Relation } from "../typeorm/metadata";

/** Every binding relation of a data source. @internal */
export function compileEdges(dataSource: DataSource, tables: ReadonlyMap<string, Table>): Edge[] {
  const edges: Edge[] = [];
  for (const table of tables.values()) {
    validatePlacement(dataSource, table.metadata);
    for (const relation of table.metadata.relations) {
      if (!relation.isManyToOne && !relation.isOneToOneOwner) continue;
      edges.push(...edgesOf(dataSource, tables, relation));
    }
  }
  return edges;
}

function edgesOf(
  dataSource: DataSource,
  tables: ReadonlyMap<string, Table>,
  relation: Relation,
): Edge[] {
  const holder = tableOf(tables, relation.entityMetadata);
  const referenced = tableOf(tables, relation.inverseEntityMetadata);
  const path = `${relation.entityMetadata.name}.${relation.propertyPath}`;
  const explicit = policyOf(dataSource, relation);
  const inverse = inverseOf(relation);
  const pairs = relation.joinColumns.map((column) => ({
    holder: column,
    referenced: column.referencedColumn ?? column,
  }));
  const down: JoinPair[] = pairs.map((pair) => ({ parent: pair.referenced, child: pair.holder }));
  const edges: Edge[] = [];

  if (explicit !== undefined) {
    if (explicit !== "KEEP") {
      if (!isSoftDeletable(referenced)) {
        throw SoftDeleteConfigurationError.parentNotSoftDeletable(path, referenced.name);
      }
      edges.push({
        policy: explicit,
        parent: referenced,
        child: holder,
        on: down,
        relation: path,
        down: inverse,
      });
    }
  } else {
    // TypeORM's own cascade, the declaring side being the parent. On a many-to-one it would delete a parent with its
    // child, and is never followed.
    if (inverse?.isCascadeSoftRemove && isSoftDeletable(referenced)) {
      edges.push({
        policy: "CASCADE",
        parent: referenced,
        child: holder,
        on: down,
        relation: path,
        down: inverse,
      });
    }
    if (relation.isOneToOneOwner && relation.isCascadeSoftRemove && isSoftDeletable(holder)) {
      const up = pairs.map((pair) => ({ parent: pair.holder, child: pair.referenced }));
      edges.push({
        policy: "CASCADE",
        parent: holder,
        child: referenced,
        on: up,
        relation: path,
        down: relation,
      });
    }
  }
  for (const edge of edges) {
    if (edge.policy === "CASCADE" && !isSoftDeletable(edge.child)) {
      throw SoftDeleteConfigurationError.cascadeWithoutDeletionId(edge.relation, edge.child.name);
    }
  }
  return edges;
}

/** The relation of the other side. The side that holds the foreign key need not name it. */
function inverseOf(relation: Relation): Relation | undefined {
  if (relation.inverseRelation) return relation.inverseRelation;
  const others = relation.inverseEntityMetadata.relations.filter(
    (other) =>
      (other.isOneToMany || other.isOneToOneNotOwner) && other.inverseRelation === relation,
  );
  return others.find((other) => other.isCascadeSoftRemove) ?? others[0];
}

/** The policy that the relation's own property states, if any. @internal */
export function policyOf(dataSource: DataSource, relation: Relation): SoftDeletePolicy | undefined {
  const owner = relation.embeddedMetadata?.type ?? relation.target;
  const policy = entityAnnotations(dataSource, owner as string).policies.get(relation.propertyName);
  if (policy !== undefined && !isPolicy(policy)) {
    throw SoftDeleteConfigurationError.unknownPolicy(
      `${relation.entityMetadata.name}.${relation.propertyPath}`,
      policy,
    );
  }
  return policy;
}

/** Refuses a policy on a property that holds no foreign key, where it would silently do nothing. */
function validatePlacement(dataSource: DataSource, metadata: EntityMetadata): void {
  const targets = new Set([
    metadata.target,
    ...metadata.childEntityMetadatas.map((child) => child.target),
  ]);
  for (const target of targets) {
    for (const property of entityAnnotations(dataSource, target as string).policies.keys()) {
      const relation = metadata.relations.find((candidate) => candidate.propertyName === property);
      if (!relation?.isManyToOne && !relation?.isOneToOneOwner) {
        throw SoftDeleteConfigurationError.policyNotOnForeignKey(`${metadata.name}.${property}`);
      }
    }
  }
}

function tableOf(tables: ReadonlyMap<string, Table>, metadata: EntityMetadata): Table {
  const table = tables.get(metadata.tablePath);
  if (!table) throw new Error(`No table for the entity ${metadata.name}`);
  return table;
}
