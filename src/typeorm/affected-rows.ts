/**
 * How many rows an UPDATE has matched, by what `afterQuery` is told of it; undefined on SQLite, which has to be asked.
 *
 * Leans on `AfterQueryEvent.rawResults` being what the driver has returned: `rowCount` of pg, `affectedRows` of mysql2.
 *
 * @internal
 */
export function affectedRows(rawResults: unknown): number | undefined {
  const { rowCount, affectedRows: affected } = (rawResults ?? {}) as {
    rowCount?: unknown;
    affectedRows?: unknown;
  };
  const count = rowCount ?? affected;
  return typeof count === "number" ? count : undefined;
}
