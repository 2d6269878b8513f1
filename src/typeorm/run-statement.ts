import type { ObjectLiteral, QueryRunner } from "typeorm";

/** What a statement has done. */
export interface StatementResult {
  /** The rows, as the driver gives them; none where the statement reads none. */
  readonly records: ObjectLiteral[];
  /** How many rows it has written, those included that had the values already. Says nothing of a SELECT. */
  readonly affected: number;
}

/**
 * Sends one statement.
 *
 * Leans on the third parameter of `QueryRunner.query()`, by which the result is the same on every database, and on
 * `affected` being the number of rows that an UPDATE or DELETE matched, whatever stands before that word.
 *
 * @internal
 */
export async function runStatement(
  runner: QueryRunner,
  text: string,
  parameters: unknown[],
): Promise<StatementResult> {
  const { records, affected } = await runner.query(text, parameters, true);
  return { records: records as ObjectLiteral[], affected: affected ?? 0 };
}
