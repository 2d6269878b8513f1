import type { ObjectLiteral, Repository } from "typeorm";

/**
 * A copy of a repository with some properties of its own. Like `manager.withRepository()`, but without calling the constructor
 * of a subclass, whose parameters are its own.
 *
 * Leans on a repository holding all it has in plain properties: none of its class's are private to the instance, and none
 * have to be bound to it.
 *
 * @internal
 */
export function copyOf<Own extends Repository<ObjectLiteral>>(
  repository: Own,
  properties: object,
): Own {
  const empty = Object.create(Object.getPrototypeOf(repository) as object) as object;
  const copy: unknown = Object.assign(empty, repository, properties);
  return copy as Own;
}
