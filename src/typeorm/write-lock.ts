import { QueryFailedError, type QueryRunner } from "typeorm";

/** What better-sqlite3 gives for a connection, as far as it is used here. */
interface Connection {
  readonly inTransaction: boolean;
  readonly memory: boolean;
  exec(statement: string): unknown;
  pragma(text: string, options: { simple: true }): unknown;
}

const BEGIN = "BEGIN IMMEDIATE";

/**
 * The lock that SQLite gives to one writer of a file at a time. Undefined where no other process can have it.
 *
 * Leans on `QueryRunner.connect()` giving better-sqlite3's own connection.
 *
 * @internal
 */
export async function writeLockOf(runner: QueryRunner): Promise<WriteLock | undefined> {
  if (runner.dataSource.options.type !== "better-sqlite3") return undefined;
  const connection = (await runner.connect()) as Connection;
  return connection.memory ? undefined : new WriteLock(connection);
}

/** @internal */
export class WriteLock {
  constructor(private readonly connection: Connection) {}

  /** How long the connection waits for a lock, in milliseconds: the driver's option `timeout`, or what was set since. */
  get timeout(): number {
    return Number(this.connection.pragma("busy_timeout", { simple: true }));
  }

  /**
   * Takes the lock and gives it back, without waiting for it, which would stop the whole process. All of it in one go: no
   * statement of somebody else's finds another `busy_timeout`. Returns what it is refused with while another has it.
   */
  refusal(): QueryFailedError | undefined {
    const { connection, timeout } = this;
    if (connection.inTransaction) return undefined;
    connection.pragma("busy_timeout = 0", { simple: true });
    try {
      connection.exec(BEGIN);
      connection.exec("ROLLBACK");
      return undefined;
    } catch (error) {
      const { code } = error as { code?: unknown };
      // Of anything else the statement itself has to tell.
      if (!String(code).startsWith("SQLITE_BUSY")) return undefined;
      return new QueryFailedError(BEGIN, [], error as Error);
    } finally {
      connection.pragma(`busy_timeout = ${String(timeout)}`, { simple: true });
    }
  }
}
