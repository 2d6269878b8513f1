import type {
  DataSource,
  EntityManager,
  EntityMetadata,
  EntityTarget,
  ObjectLiteral,
} from "typeorm";

import { SoftDeleteCriteriaError } from "../errors";
import { authorOf } from "../record/author";
import { type SoftDeleteCriteria, rowsOf, rowsByKeys } from "../rows/criteria";
import { isDeletionId } from "../rows/deletion-id";
import { forceDelete } from "../remove/force-delete";
import { idsOf } from "../rows/objects";
import { preview } from "../delete/preview";
import { type RestoreOptions } from "../restore/restore-options";
import {
  ForceDeleteResult,
  RestoreResult,
  SoftDeletePreview,
  SoftDeleteResult,
} from "../record/results";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { softDelete } from "../delete/soft-delete";
import { restore, restoreDeletion } from "../restore/restore";
import type { NamedRows } from "../rows/named-rows";
import type { ForceDeleteOptions } from "../remove/options";
import type { SoftDeleteOptions } from "../delete/options";

/** The verbs of {@link SoftDeleteManager} that name rows of one entity. */
export abstract class EntityVerbs {
  /** The TypeORM manager that it works with. */
  readonly manager: EntityManager;

  constructor(source: DataSource | EntityManager) {
    this.manager = "manager" in source ? source.manager : source;
  }

  /**
   * Soft-deletes the matched rows and, over `CASCADE` relations, every active row below them, as one deletion.
   *
   * Costs one UPDATE for the matched rows and one for each cascading relation, however many rows there are. Rows that are
   * deleted already are left as they are.
   *
   * @throws SoftDeleteRestrictedError when active rows hang below over a `RESTRICT` relation.
   * @throws SoftDeleteCriteriaError for empty criteria.
   * @see {@link EntityManager.softDelete}
   */
  async softDelete<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
    options: SoftDeleteOptions = {},
  ): Promise<SoftDeleteResult> {
    const { rows } = this.#name(target, "softDelete", criteria);
    return softDelete(this.manager, rows, options);
  }

  /**
   * Soft-deletes the rows of the given objects, as {@link softDelete} does, in one deletion. The objects, and those loaded
   * below them, show what happened.
   *
   * @throws SoftDeleteCriteriaError for an object that was never saved.
   * @see {@link EntityManager.softRemove}
   */
  async softRemove<
    Entity extends ObjectLiteral,
    Given extends ObjectLiteral | readonly ObjectLiteral[],
  >(
    target: EntityTarget<Entity>,
    entities: Given,
    options: SoftDeleteOptions = {},
  ): Promise<Given> {
    const objects = listOf(entities);
    if (objects.length === 0) return entities;
    await softDelete(this.manager, this.#nameObjects(target, "softRemove", objects), options);
    return entities;
  }

  /**
   * Counts what {@link softDelete} would take, and what would refuse it. Writes nothing: one SELECT, with criteria that one
   * statement holds (any number of keys, 200 where objects); beyond that it tries the deletion out and rolls it back.
   *
   * @example
   * ```ts
   * const { total, restrictedBy } = await manager.previewSoftDelete(User, 1);
   * ```
   */
  async previewSoftDelete<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
  ): Promise<SoftDeletePreview> {
    const { rows } = this.#name(target, "previewSoftDelete", criteria);
    const { tally, restrictedBy } = await preview(this.manager, rows);
    return new SoftDeletePreview(tally.toCounts(), restrictedBy);
  }

  /**
   * Removes the matched rows for good, active and deleted ones, and the rows below them over `CASCADE` relations, children
   * first, in one transaction. Costs one DELETE for each table, however many rows there are.
   *
   * @throws SoftDeleteRestrictedError when active rows hang below over a `RESTRICT` relation.
   * @throws StillReferencedError when something else still refers to a row.
   * @throws SoftDeleteCriteriaError for empty criteria.
   * @see {@link EntityManager.delete}
   */
  async forceDelete<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
    options: ForceDeleteOptions = {},
  ): Promise<ForceDeleteResult> {
    const { rows } = this.#name(target, "forceDelete", criteria);
    const removal = {
      ...rows,
      byId: rows.keys !== undefined,
      state: options.onlyDeleted === true ? "deleted" : "any",
    } as const;
    const { roots, tally } = await forceDelete(
      this.manager,
      removal,
      authorOf(this.manager.dataSource, options),
    );
    return new ForceDeleteResult(roots, tally.toCounts());
  }

  /**
   * Removes the rows of the given objects for good, as {@link forceDelete} does.
   *
   * @throws SoftDeleteCriteriaError for an object that was never saved.
   * @see {@link EntityManager.remove}
   */
  async forceRemove<
    Entity extends ObjectLiteral,
    Given extends ObjectLiteral | readonly ObjectLiteral[],
  >(
    target: EntityTarget<Entity>,
    entities: Given,
    options: ForceDeleteOptions = {},
  ): Promise<Given> {
    const objects = listOf(entities);
    if (objects.length === 0) return entities;
    const { dataSource } = this.manager;
    const graph = SoftDeleteGraph.of(dataSource);
    const ids = idsOf(graph, dataSource.getMetadata(target), objects, "forceRemove");
    await this.forceDelete<ObjectLiteral>(target, ids, options);
    return entities;
  }

  /**
   * Restores the matched rows with what their deletions took below them: nothing that was deleted before, or by another
   * deletion.
   *
   * Costs a fixed number of statements for each relation, however many rows there are. A row that would hang by another
   * parent which stays deleted stays deleted too, and comes back with that parent.
   *
   * @throws ParentDeletedError when a matched row itself would hang by a deleted parent; `parents` says what then.
   * @throws SoftDeleteCriteriaError for empty criteria.
   * @see {@link EntityManager.restore}
   */
  async restore<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    criteria: SoftDeleteCriteria<Entity>,
    options: RestoreOptions = {},
  ): Promise<RestoreResult> {
    const { rows } = this.#name(target, "restore", criteria);
    return restore(this.manager, rows, options);
  }

  /**
   * Restores the rows of the given objects, as {@link restore} does. The objects, and those loaded below them, show what
   * happened.
   *
   * @throws ParentDeletedError as {@link restore} does.
   * @see {@link EntityManager.recover}
   */
  async recover<
    Entity extends ObjectLiteral,
    Given extends ObjectLiteral | readonly ObjectLiteral[],
  >(target: EntityTarget<Entity>, entities: Given, options: RestoreOptions = {}): Promise<Given> {
    const objects = listOf(entities);
    if (objects.length === 0) return entities;
    await restore(this.manager, this.#nameObjects(target, "recover", objects), options);
    return entities;
  }

  /**
   * Undoes a whole deletion, in every table that it reached.
   *
   * @throws DeletionNotFoundError when no row carries the id.
   * @throws ParentDeletedError when a row of it that hangs by no other row of it would hang by a deleted parent.
   */
  async restoreDeletion(deletionId: string, options: RestoreOptions = {}): Promise<RestoreResult> {
    if (!isDeletionId(deletionId)) throw SoftDeleteCriteriaError.invalidDeletionId(deletionId);
    return restoreDeletion(this.manager, deletionId.toLowerCase(), options);
  }

  #name(
    target: EntityTarget<ObjectLiteral>,
    method: string,
    criteria: unknown,
  ): { rows: NamedRows; metadata: EntityMetadata } {
    const table = SoftDeleteGraph.of(this.manager.dataSource).get(target);
    const metadata = this.manager.dataSource.getMetadata(target);
    return { rows: rowsOf(this.manager, table, metadata, method, criteria), metadata };
  }

  #nameObjects(
    target: EntityTarget<ObjectLiteral>,
    method: string,
    objects: readonly ObjectLiteral[],
  ): NamedRows {
    const graph = SoftDeleteGraph.of(this.manager.dataSource);
    const metadata = this.manager.dataSource.getMetadata(target);
    const ids = idsOf(graph, metadata, objects, method);
    return {
      ...rowsByKeys(this.manager, graph.get(target), metadata, ids),
      objects: { metadata, objects },
    };
  }
}

function listOf(entities: ObjectLiteral | readonly ObjectLiteral[]): readonly ObjectLiteral[] {
  return Array.isArray(entities) ? (entities as readonly ObjectLiteral[]) : [entities];
}
