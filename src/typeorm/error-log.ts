import type { QueryRunner } from "typeorm";

/**
 * Reports an error that must not reach the caller, at the error level of the data source's logger.
 *
 * Leans on `Logger.logQueryError()`, the one method that writes at that level, taking any text for the query.
 *
 * @internal
 */
export function logError(runner: QueryRunner, where: string, error: unknown): void {
  const known = error instanceof Error ? error : String(error);
  runner.manager.dataSource.logger.logQueryError(known, where, [], runner);
}
