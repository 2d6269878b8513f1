import type { DataSource, Logger } from "typeorm";

export interface StatementRecording {
  /** Every statement since the start or the last `reset()`, transaction control included; without {@link ASKED_ONCE}. */
  readonly statements: string[];
  /** The parameters of each statement, by the same index. */
  readonly parameters: unknown[][];
  reset(): void;
  /** Puts the data source's own logger back. */
  stop(): void;
}

/** Asked once for each data source, by the first operation that locks: of no statement's number. */
const ASKED_ONCE = /'wsrep_on'/;

/** Records what a data source sends, and passes it on to the logger it had. */
export function recordStatements(dataSource: DataSource): StatementRecording {
  const original = dataSource.logger;
  const statements: string[] = [];
  const parameters: unknown[][] = [];

  const recorder: Logger = {
    logQuery(query, values?: unknown, queryRunner?) {
      if (!ASKED_ONCE.test(query)) {
        statements.push(query);
        parameters.push(Array.isArray(values) ? [...(values as unknown[])] : []);
      }
      original.logQuery(query, values as unknown[] | undefined, queryRunner);
    },
    logQueryError: original.logQueryError.bind(original),
    logQuerySlow: original.logQuerySlow.bind(original),
    logSchemaBuild: original.logSchemaBuild.bind(original),
    logMigration: original.logMigration.bind(original),
    log: original.log.bind(original),
  };
  dataSource.logger = recorder;

  return {
    statements,
    parameters,
    reset() {
      statements.length = 0;
      parameters.length = 0;
    },
    stop() {
      dataSource.logger = original;
    },
  };
}

/** The statements that `operation` sends, in order. */
export async function statementsOf(
  dataSource: DataSource,
  operation: () => Promise<unknown>,
): Promise<string[]> {
  const recording = recordStatements(dataSource);
  try {
    await operation();
    return recording.statements;
  } finally {
    recording.stop();
  }
}
