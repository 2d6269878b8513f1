import type { EntityMetadata, ObjectLiteral } from "typeorm";

import { keyTextOfObject } from "../rows/key-text";
import type { Session } from "../session/session";
import { relatedObjects } from "../typeorm/related-objects";
import type { Relation } from "../typeorm/metadata";
import type { NativeCall } from "./native-call";

/** How TypeORM's own cascade came to a row. */
export interface Reached {
  /** The call for the object from which it set out: one that the caller has passed. */
  readonly root: NativeCall;
  /** Whether it came over a binding relation, from parent to child. */
  readonly binding: boolean;
}

/**
 * The calls among those of one `recover()` that are for objects which the caller has not passed: TypeORM reached them over
 * its relations with `cascade: ["recover"]`. It names the passed objects first.
 */
export function reachedByCascade(
  session: Session,
  calls: readonly NativeCall[],
): Map<NativeCall, Reached> {
  const byKey = new Map<string, NativeCall>();
  for (const call of calls) {
    if (call.entity) byKey.set(rowKey(session, call.metadata, call.entity), call);
  }
  const downs = session.graph.softDeletable
    .flatMap((table) => session.graph.childEdges(table))
    .flatMap((edge) => edge.down);
  const isBinding = (metadata: EntityMetadata, relation: Relation): boolean =>
    downs.some((down) => down.metadata === metadata && down.relation === relation);
  const reached = new Map<NativeCall, Reached>();
  const visited = new Set<string>();

  for (const root of calls) {
    if (!root.entity || visited.has(rowKey(session, root.metadata, root.entity))) continue;
    const left: [EntityMetadata, ObjectLiteral][] = [[root.metadata, root.entity]];
    visited.add(rowKey(session, root.metadata, root.entity));
    for (let next = left.pop(); next; next = left.pop()) {
      const [metadata, object] = next;
      for (const related of relatedObjects(metadata, object)) {
        if (!related.relation.isCascadeRecover) continue;
        const key = rowKey(session, related.metadata, related.object);
        const call = byKey.get(key);
        const known = call && reached.get(call);
        if (call && call !== root && (known ? known.root === root : !visited.has(key))) {
          reached.set(call, {
            root,
            binding: isBinding(metadata, related.relation) || known?.binding === true,
          });
        }
        if (visited.has(key)) continue;
        visited.add(key);
        left.push([related.metadata, related.object]);
      }
    }
  }
  return reached;
}

function rowKey(session: Session, metadata: EntityMetadata, object: ObjectLiteral): string {
  const { dataSource } = session.manager;
  return `${metadata.tablePath} ${keyTextOfObject(dataSource, metadata.primaryColumns, object)}`;
}
