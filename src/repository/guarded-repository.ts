import type {
  DeepPartial,
  DeleteResult,
  InsertResult,
  ObjectLiteral,
  QueryRunner,
  RemoveOptions,
  Repository,
  SaveOptions,
  SelectQueryBuilder,
  UpdateResult,
} from "typeorm";

import { ScopeWriteError } from "../errors";
import { readOnly } from "../typeorm/read-only-query";
import { ScopedRepository } from "./reads/scoped-repository";

type Given<
  Entity extends ObjectLiteral,
  Method extends keyof Repository<Entity>,
> = Repository<Entity>[Method] extends (...given: infer Given) => unknown ? Given : never;

/**
 * A repository whose writes keep to its scope as well: on `onlyDeleted()` TypeORM's own, which do not know it, are refused by
 * name. In every other scope they are as TypeORM has them.
 */
export abstract class GuardedRepository<
  Entity extends ObjectLiteral,
> extends ScopedRepository<Entity> {
  override createQueryBuilder(
    alias?: string,
    queryRunner?: QueryRunner,
  ): SelectQueryBuilder<Entity> {
    const query = super.createQueryBuilder(alias, queryRunner);
    return this.scope === "onlyDeleted"
      ? readOnly(query, (method) => refusal(this, `createQueryBuilder().${method}`, method))
      : query;
  }

  override save<T extends DeepPartial<Entity>>(
    entities: T[],
    options: SaveOptions & { reload: false },
  ): Promise<T[]>;
  override save<T extends DeepPartial<Entity>>(
    entities: T[],
    options?: SaveOptions,
  ): Promise<(T & Entity)[]>;
  override save<T extends DeepPartial<Entity>>(
    entity: T,
    options: SaveOptions & { reload: false },
  ): Promise<T>;
  override save<T extends DeepPartial<Entity>>(
    entity: T,
    options?: SaveOptions,
  ): Promise<T & Entity>;
  override async save(entities: never, options?: SaveOptions): Promise<never> {
    refuseInTrash(this, "save");
    return super.save(entities, options) as Promise<never>;
  }

  override remove(entities: Entity[], options?: RemoveOptions): Promise<Entity[]>;
  override remove(entity: Entity, options?: RemoveOptions): Promise<Entity>;
  override async remove(entities: never, options?: RemoveOptions): Promise<never> {
    refuseInTrash(this, "remove");
    return super.remove(entities, options) as Promise<never>;
  }

  override async insert(...given: Given<Entity, "insert">): Promise<InsertResult> {
    refuseInTrash(this, "insert");
    return super.insert(...given);
  }

  override async upsert(...given: Given<Entity, "upsert">): Promise<InsertResult> {
    refuseInTrash(this, "upsert");
    return super.upsert(...given);
  }

  override async update(...given: Given<Entity, "update">): Promise<UpdateResult> {
    refuseInTrash(this, "update");
    return super.update(...given);
  }

  override async updateAll(...given: Given<Entity, "updateAll">): Promise<UpdateResult> {
    refuseInTrash(this, "updateAll");
    return super.updateAll(...given);
  }

  override async increment(...given: Given<Entity, "increment">): Promise<UpdateResult> {
    refuseInTrash(this, "increment");
    return super.increment(...given);
  }

  override async decrement(...given: Given<Entity, "decrement">): Promise<UpdateResult> {
    refuseInTrash(this, "decrement");
    return super.decrement(...given);
  }

  override async delete(...given: Given<Entity, "delete">): Promise<DeleteResult> {
    refuseInTrash(this, "delete");
    return super.delete(...given);
  }

  override async deleteAll(): Promise<DeleteResult> {
    refuseInTrash(this, "deleteAll");
    return super.deleteAll();
  }

  override async clear(...given: Given<Entity, "clear">): Promise<void> {
    refuseInTrash(this, "clear");
    return super.clear(...given);
  }
}

/** @throws ScopeWriteError on a repository of deleted rows alone. @internal */
export function refuseInTrash<Entity extends ObjectLiteral>(
  repository: ScopedRepository<Entity>,
  method: string,
): void {
  if (repository.scope === "onlyDeleted") throw refusal(repository, method, method);
}

function refusal<Entity extends ObjectLiteral>(
  { metadata }: ScopedRepository<Entity>,
  called: string,
  method: string,
): ScopeWriteError {
  return new ScopeWriteError(
    metadata.name,
    called,
    remedyOf(method, metadata.deleteDateColumn?.propertyPath ?? ""),
  );
}

function remedyOf(method: string, deletedAt: string): string {
  switch (method) {
    case "delete":
      return "Call forceDelete(), which removes deleted rows alone.";
    case "deleteAll":
    case "clear":
      return "Call purge(), or forceDelete() with criteria: both remove deleted rows alone.";
    case "remove":
      return "Call forceRemove(), which removes deleted rows alone.";
    case "restore":
      return "Call restore() on the repository, which restores exactly what a deletion took.";
    case "update":
    case "updateAll":
    case "increment":
    case "decrement":
      return (
        `Call it on the repository without a scope, with ${deletedAt}: Not(IsNull()) among the criteria where only deleted ` +
        `rows are meant.`
      );
    default:
      return "Call it on the repository without a scope.";
  }
}
