/** The error code that a database driver reports, or an empty string. @internal */
export function driverErrorCode(error: unknown): string {
  const driverError = (error as { driverError?: unknown } | null)?.driverError ?? error;
  const code = (driverError as { code?: unknown } | null)?.code;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}
