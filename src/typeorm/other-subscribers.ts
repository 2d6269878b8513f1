import type { BeforeQueryEvent } from "typeorm";

/**
 * Whether other subscribers look at statements before they are sent, and may refuse them.
 *
 * Leans on TypeORM calling whatever has a method `beforeQuery`, and on its sending no statement where one of them throws, of which it
 * tells nobody.
 *
 * @internal
 */
export function isWatched({ dataSource }: BeforeQueryEvent): boolean {
  return dataSource.subscribers.filter((one) => "beforeQuery" in one).length > 1;
}

/**
 * Asks all subscribers about a statement, this package's too, as TypeORM does at the same time; throws what they throw.
 *
 * Leans on the broadcaster of a query runner.
 *
 * @internal
 */
export function ask({ queryRunner, query, parameters }: BeforeQueryEvent): Promise<void> {
  return queryRunner.broadcaster.broadcast("BeforeQuery", query, parameters);
}
