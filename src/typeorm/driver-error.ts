/**
 * The error of the database driver, out of TypeORM's; any other error as it is.
 *
 * Leans on `QueryFailedError.driverError` being the very error that the driver has thrown.
 *
 * @internal
 */
export function driverErrorOf(error: unknown): unknown {
  return (error as { driverError?: unknown } | null)?.driverError ?? error;
}

/** The error code that a database driver reports, or an empty string. @internal */
export function driverErrorCode(error: unknown): string {
  const code = (driverErrorOf(error) as { code?: unknown } | null)?.code;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}

/**
 * The statement at which a database has failed, or an empty string.
 *
 * Leans on `QueryFailedError.query`, and on the statements of `startTransaction()` and `commitTransaction()` failing so as well.
 *
 * @internal
 */
export function failedStatement(error: unknown): string {
  const query = (error as { query?: unknown } | null)?.query;
  return typeof query === "string" ? query : "";
}
